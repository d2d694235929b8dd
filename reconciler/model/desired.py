"""What the files want: values after merging, without their places (an `Origins` tells those)."""

from dataclasses import field, replace
from datetime import date
from enum import StrEnum

from reconciler.model.principal import group_named
from reconciler.model.value import Value
from reconciler.records import dataclass


class Cloud(StrEnum):
    """Which cloud an account means."""

    ZAPTEC = "zaptec"
    SANDBOX = "sandbox"


class Route(StrEnum):
    """Who carries out a change."""

    API = "api"
    PARTNER = "partner"
    PORTAL = "portal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a value was written. Line and column count from 1; 0 when unknown."""

    file: str
    line: int
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One login at one cloud.

    Attributes:
        credentials: Environment prefix, `ZAPTEC` means ZAPTEC_USERNAME and ZAPTEC_PASSWORD (or ..._FILE).
        routes: Route key (`authentication`, `standAlone`, `permissions`) and route; left out means portal.
        agreement: Whatever document allows the partner route; without it there is none.
        partner: Name of the entry point in `reconciler.partner`; the sandbox's own for the sandbox.
        group: Lookup key of the user group that the login belongs to, None when nobody said; the API does not tell.
        rate: Requests per second.
    """

    name: str
    cloud: Cloud
    credentials: str = "ZAPTEC"
    routes: tuple[tuple[str, Route], ...] = ()
    agreement: str | None = None
    partner: str | None = None
    group: str | None = None
    rate: float = 5.0

    @property
    def own_principal(self) -> str | None:
        """Our own user group as permissions name it."""
        return None if self.group is None else group_named(self.group)

    def route_for(self, route_key: str) -> Route:
        """The route of a group of settings that no documented call covers."""
        return dict(self.routes).get(route_key, Route.PORTAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardLimits:
    """Absolute limits of the fleet guards; the usual ones fit 25 installations.

    Attributes:
        max_raised_a: Amperes per phase by which one run may raise limits, all of them together.
        max_access_removed: Persons and groups that one run may take off installations.
        invitations_per_day: Mails to persons that an account may cause in 24 h; the rest of a run waits.
    """

    max_changed_installations: int = 25
    max_chargers_to_zero: int = 3
    min_accepted_owners: int = 1
    max_raised_a: float = 800.0
    max_access_removed: int = 25
    invitations_per_day: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeFleet:
    """The fleet that whole accounts were chosen from, so that documents about these can be joined again.

    Attributes:
        digest: Over all files.
        accounts: Those that files use, sorted.
        installations, chargers: In all files.
        limits: Of the fleet guards, which count over all accounts together.
    """

    digest: str
    accounts: tuple[str, ...]
    installations: int
    chargers: int
    limits: GuardLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """Lifts exactly one guard for one installation until a date (inclusive)."""

    guard: str
    by: str
    reason: str
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """An entry of exceptions.yaml: a setting that may differ for a while.

    Attributes:
        value: None means that whatever is live is tolerated.
        origin: Where the entry stands, when it comes from a file; no part of what it says.
    """

    installation_id: str
    setting: str
    charger: str | None
    value: Value | None
    until: date
    owner: str
    reason: str
    origin: Origin | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """A person's word that the desired permissions were set in the Portal.

    Attributes:
        accepted: Whether it also says that the owners have accepted; an invitation alone does not tell.
        left: Whether it also says how the hand-over ended, which nobody could see: the settings were as the file has
            them, and our own group was taken out.
    """

    installation_id: str
    digest: str
    attested_on: date
    valid_until: date
    by: str
    evidence: str
    accepted: bool = False
    left: bool = False


class PermissionMode(StrEnum):
    """Additive leaves everybody else alone; exclusive removes whoever is not listed."""

    ADDITIVE = "additive"
    EXCLUSIVE = "exclusive"


class RemovalGate(StrEnum):
    """What must be seen before somebody is removed."""

    NOTHING = "nothing"
    OWNER_ACCEPTED = "ownerAccepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredPermission:
    """Roles of `person:<id>`, `userGroup:<key>` or `user-id:<guid>`, in the order user, owner, service."""

    principal: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredRemoval:
    """A principal that must not be there."""

    principal: str
    gate: RemovalGate = RemovalGate.NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredPermissions:
    """Who may do what, entries and removals sorted by principal."""

    mode: PermissionMode = PermissionMode.ADDITIVE
    entries: tuple[DesiredPermission, ...] = ()
    absent: tuple[DesiredRemoval, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredCharger:
    """Declared settings of one charger, sorted by name; `disabled_*` explains 0 A.

    Attributes:
        permissions: Who has rights on this charger alone (Pro only, and no removal is gated); None when unmanaged.
    """

    serial: str
    settings: tuple[tuple[str, Value], ...] = ()
    disabled_reason: str | None = None
    disabled_until: date | None = None
    permissions: DesiredPermissions | None = None

    def get(self, name: str) -> Value | None:
        """The declared value, None when the setting is unmanaged."""
        return dict(self.settings).get(name)


class SwitchWhen(StrEnum):
    """When the authentication mode may be switched."""

    IDLE = "idle"


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchPolicy:
    """Wait for idle chargers, and for how long."""

    when: SwitchWhen = SwitchWhen.IDLE
    give_up_after_h: int = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredInstallation:
    """One merged fleet file.

    Attributes:
        settings: Declared installation settings (name, value), sorted by name.
        chargers: Sorted by serial. Chargers that are not listed are unmanaged.
        permissions: None when unmanaged.
        switch: None when the file does not say; a busy site is then refused instead of waited for.
    """

    id: str
    name: str
    account: str
    file: str
    labels: tuple[tuple[str, str], ...] = ()
    settings: tuple[tuple[str, Value], ...] = ()
    chargers: tuple[DesiredCharger, ...] = ()
    permissions: DesiredPermissions | None = None
    acknowledgements: tuple[Acknowledgement, ...] = ()
    switch: SwitchPolicy | None = None

    def get(self, name: str) -> Value | None:
        """The declared value of an installation setting, None when it is unmanaged."""
        return dict(self.settings).get(name)

    @property
    def charger_permissions(self) -> tuple[tuple[str, DesiredPermissions], ...]:
        """Serial and permissions of every charger that declares some."""
        return tuple((one.serial, one.permissions) for one in self.chargers if one.permissions is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredFleet:
    """Everything the files say, installations sorted by id.

    Attributes:
        path: The fleet folder as the user named it.
        digest: Over the effective values (`model.digest.desired_digest`).
        selection: How a part was chosen, in the user's words; None for the whole fleet.
        fleet_size: Installations and chargers in all files, also when only a part is selected.
        shard_of: The whole fleet, when exactly whole accounts of it are selected.
        others: Its installations of the other accounts; empty otherwise.
    """

    path: str
    digest: str
    accounts: tuple[Account, ...]
    limits: GuardLimits = field(default_factory=GuardLimits)
    allowed_hosts: tuple[str, ...] = ()
    installations: tuple[DesiredInstallation, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    commit: str | None = None
    selection: str | None = None
    fleet_size: tuple[int, int] = (0, 0)
    shard_of: WholeFleet | None = None
    others: tuple[DesiredInstallation, ...] = ()

    @property
    def has_whole_accounts(self) -> bool:
        """Whether every file of the accounts that it uses is here, so that what else they show has none."""
        return self.selection is None or self.shard_of is not None

    def only(self, installations: tuple[DesiredInstallation, ...], *, selection: str) -> "DesiredFleet":
        """A part of it: some installations, or some of what they want, so no shard any more."""
        return replace(self, installations=installations, selection=selection, shard_of=None, others=())

    def account(self, name: str) -> Account:
        """The account of that name; files with another name do not load."""
        return next(account for account in self.accounts if account.name == name)
