"""What `GET /api/constants` answers: names and numbers, small but true.

Source: the official API description of 2026-05-27, restated in the project's API
notes, section 7.9, and the tables per device type seen in public clients.
"""

from reconciler.sandbox.permissions import made_id

USER_ROLES = {
    "None": 0,
    "User": 1,
    "Owner": 2,
    "Maintainer": 4,
    "Administrator": 8,
    "Any": 15,
    "Onboarding": 16,
    "DeviceAdministrator": 32,
    "PartnerAdministrator": 64,
    "Technical": 128,
    "InternalData": 256,
}
FEATURES = {
    "None": 0,
    "Api_MessageSubscription": 1,
    "Authentication_Internal": 2,
    "PowerManagement_Apm": 4,
    "PowerManagement_EcoMode": 8,
    "PowerManagement_Schedule": 16,
    "PowerManagement_Apm_PowerLimit": 32,
    "Connectivity_4G": 64,
    "Authentication_Ocpp": 128,
    "PowerManagement_Apm_Tariff_PowerLimit": 256,
    "Authentication_OcppNative": 512,
    "PowerManagement_Apm_Tic": 65536,
    "PowerManagement_Apm_SurplusMode": 131072,
}
ERROR_CODES = {
    name: 500 + number
    for number, name in enumerate(
        [
            "Unknown",
            "-",
            "-",
            "MissingRequiredData",
            "UnknownSetting",
            "OperationFailedForUnknownReasons",
            "NotApplicableForUser",
            "UnknownUser",
            "RfidTokenInUse",
            "SignUpTooManyRequests",
            "EmailInUse",
            "CellPhoneInUse",
            "UnknownObject",
            "InvalidPassword",
            "IncorrectPassword",
            "UserActivationLinkExpired",
            "LinkRequestExpired",
            "ChargerDeviceIdExists",
            "UnknownDeviceId",
            "UnknownCommand",
            "ErrorCommunicatingWithDevice",
            "StringIsNotAWellFormedVersion",
            "FirmwareVersionExists",
            "FirmwareFileExists",
            "CreateConflict",
            "DeviceFirmwareNotConfigured",
            "FeatureNotEnabled",
            "NotSupported",
            "DeviceCommandRejected",
            "InvalidFormat",
            "MailSendFailed",
            "ConcurrencyError",
            "ConfigurationError",
            "Forbidden",
            "InstallationTypeViolation",
            "PaymentFailed",
            "PaymentAuthorizationRequired",
            "OperationFailedActiveSubscriptions",
            "OperationFailedDueToChargerState",
            "InstallationConstraintViolation",
            "UnknownInstallationId",
            "UnknownEnergySensorId",
            "UnauthorizedToPerformOcppNativeChanges",
        ]
    )
    if name != "-"
}
OBSERVATION_IDS = {
    "AuthenticationRequired": 120,
    "ChargerMaxCurrent": 510,
    "ChargerMinCurrent": 511,
    "MaxPhases": 520,
    "ChargerOfflinePhase": 522,
    "ChargerOfflineCurrent": 523,
    "SignedMeterValue": 554,
    "ChargerOperationMode": 710,
    "IsEnabled": 711,
    "IsStandAlone": 712,
    "NetworkType": 715,
    "Warnings": 804,
    "SessionController": 860,
    "OcppNativeUrl": 861,
    "OcppNativeCbId": 862,
    "OcppNativeConnected": 866,
    "OcppNativeZaptecLoadBalancingEnabled": 868,
    "IsOcppConnected": -3,
    "IsOnline": -2,
    "Pulse": -1,
}
GO_OBSERVATION_IDS = {
    **OBSERVATION_IDS,
    "MaxCurrentConfigurationSource": 544,
    "SwitchPosition": 545,
    "ChargeCurrentInstallationMaxLimit": 546,
    "StandAloneCurrent": 547,
    "OcppNativeAuthorizationKey": 863,
}
SETTING_IDS = {
    "AuthenticationRequired": 120,
    "CurrentInMaximum": 510,
    "CurrentInMinimum": 511,
    "MaxPhases": 520,
    "DefaultOfflinePhase": 522,
    "DefaultOfflineCurrent": 523,
    "Standalone": 712,
}
COMMAND_IDS = {
    "RestartCharger": 102,
    "UpgradeFirmware": 200,
    "StopChargingFinal": 506,
    "ResumeCharging": 507,
    "DeauthorizeAndStop": 10001,
}


def _schema(device_type: int, observations: dict[str, int]) -> dict[str, object]:
    return {
        "DeviceType": device_type,
        "ObservationIds": observations,
        "CommandIds": COMMAND_IDS,
        "SettingIds": SETTING_IDS,
        "Warnings": {},
    }


CONSTANTS: dict[str, object] = {
    "Version": "6.5.8",
    "Languages": [{"Key": "nb", "Name": "Norsk"}, {"Key": "en", "Name": "English"}],
    "Countries": {
        "NO": {
            "Id": made_id("country:NO"),
            "Code": "NO",
            "Name": "Norway",
            "TimeZoneName": "W. Europe Standard Time",
        }
    },
    "InstallationTypes": {
        "Pro": {"Id": 0, "Name": "Pro"},
        "Smart": {
            "Id": 1,
            "Name": "Smart",
            "MaxCircuits": 1,
            "MaxCircuitCurrent": 32.0,
            "MaxChargers": 3,
        },
    },
    "UserRoles": USER_ROLES,
    "Features": FEATURES,
    "ErrorCodes": ERROR_CODES,
    "NetworkTypes": {"Unknown": 0, "IT_1_Phase": 1, "IT_3_Phase": 2, "TN_1_Phase": 3, "TN_3_Phase": 4},
    "ChargerOperationModes": {
        "Unknown": 0,
        "Disconnected": 1,
        "Connected_Requesting": 2,
        "Connected_Charging": 3,
        "Connected_Finished": 5,
    },
    "Phases": {"None": 0, "Phase_1": 1, "Phase_2": 2, "Phase_3": 4, "All": 7},
    "DeviceTypes": {
        "Unknown": 0,
        "Smart": 1,
        "Portable": 2,
        "HomeApm": 3,
        "Apollo": 4,
        "OtherApm": 5,
        "GenericApm": 6,
        "HanApm": 7,
        "TicApm": 8,
    },
    "ObjectTypes": {
        "Unknown": 0,
        "Installation": 1,
        "Circuit": 2,
        "Charger": 3,
        "User": 4,
        "UserGroup": 5,
        "InactiveUser": 6,
        "InvitedUser": 7,
        "Country": 8,
    },
    "UserActionTypes": {"None": 0, "AddSense": 1, "InviteNewUser": 2},
    "InstallationAuthenticationType": {"Native": 0, "WebHooks": 1, "Ocpp": 2, "OcppNative": 3},
    "OcppCloudUrlVersions": {"Legacy": 0, "Ocpp16Compliant": 1},
    "InstallationUpdateStatusCodes": {"Ok": 0, "EcoScheduleUpdated": 1},
    "InstallationTypeConstraints": {
        "Valid": 0,
        "MaxCircuits": 1,
        "MaxCircuitCurrent": 2,
        "MaxChargers": 4,
        "UnsupportedFeature": 8,
        "IncompatibleCharger": 16,
    },
    "SessionCommitMetadata": {
        "None": 0,
        "Online": 1,
        "Offline": 2,
        "ReliableClock": 4,
        "StoppedByRFID": 8,
        "Signed": 16,
        "Void": 32,
        "Aborted": 64,
        "OcppNative": 128,
    },
    "Schema": {"Pro": _schema(1, OBSERVATION_IDS), "Apollo": _schema(4, GO_OBSERVATION_IDS)},
    "WildcardGuid": "00000000-0000-0000-0000-000000000000",
}
