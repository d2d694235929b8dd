"""What the codes of plans, guards and drift mean, for `reconciler explain`."""

from reconciler.model.problem import Explanation
from reconciler.planning.explained_guards import EXPLANATIONS as OF_GUARDS
from reconciler.planning.severity import RULES
from reconciler.planning.severity_named import NAMED

_OF_DRIFT = tuple(
    Explanation(code=rule.code, title=f"{rule.severity.value}: {rule.title}", why=rule.more, remedy=rule.remedy)
    for rule in sorted((*RULES, *NAMED), key=lambda rule: rule.code)
)

EXPLANATIONS: tuple[Explanation, ...] = (
    Explanation(
        code="P201",
        title="The cloud uses another name than the file",
        why="Names are for people. The id decides which installation is meant, and names are never written.",
        remedy="Change the name in the file or in the Portal, whichever is wrong.",
    ),
    Explanation(
        code="P202",
        title="A declared setting means nothing in the live authentication mode",
        why="Each mode has its own configuration. The file does not declare the mode, and the live one is another.",
        remedy="Declare authentication.mode, or take the setting out of the file.",
    ),
    Explanation(
        code="P203",
        title="Leaving OCPP 1.6J keeps stand-alone mode as it is",
        why="Native OCPP puts chargers in stand-alone mode and does not turn it off when it is left. A charger in "
        "stand-alone mode ignores Zaptec's load balancing.",
        remedy="Declare standAlone for these chargers, for instance under chargerDefaults.",
        example="chargerDefaults: {standAlone: false}",
    ),
    Explanation(
        code="P204",
        title="Whoever lost access is invited again",
        why="The way back from a run gives access back to somebody from whom the run took it. The cloud knows nothing "
        "of the former acceptance: a person gets a mail and must accept it, and has no access until then.",
        remedy="Tell the person that a mail comes. The next plan says who has not accepted yet.",
    ),
    Explanation(
        code="P205",
        title="How each charger will call itself in native OCPP",
        why="In OCPP 1.6J Zaptec adds the serial in capitals to the end of the URL. The backend must expect exactly "
        "that.",
        remedy="Compare the example in the note with what the backend has registered.",
    ),
    Explanation(
        code="P206",
        title="Somebody else decides who may charge",
        why="With webhooks or OCPP Zaptec's app, its Portal and the cards known to Zaptec start nothing any more; the"
        " other party decides. Sums of sessions may jump against the meter; the meter in the charger is right.",
        remedy="Tell the users, and export sessions and the meter reading of each charger before.",
    ),
    Explanation(
        code="P207",
        title="Anybody can charge",
        why="With Zaptec authentication and authorisation switched off every car that is plugged in gets current. "
        "That is what a hand-over wants and what a charger beside the street does not.",
        remedy="Write authorizationRequired: true if only known people should charge.",
    ),
    Explanation(
        code="P208",
        title="Nobody knows whether the firmware is new enough for native OCPP",
        why="The version comes with the state of a charger, which is read only where the file names a setting of it; "
        "and of Zaptec Go no page tells which serials are the British ones, whose floor is higher.",
        remedy="Compare the version in the Portal with the floor that the note names, or list the charger in the file "
        "with a setting, so that its state is read.",
    ),
    Explanation(
        code="P209",
        title="The snapshot is old",
        why="The plan was made from a snapshot that is more than 36 hours old, so the live cloud may have moved on. "
        "Apply reads everything again before it writes, and does nothing that the plan did not see.",
        remedy="See why no newer snapshot was taken (drift.yml takes one nightly), take one with reconciler snapshot "
        "--out FILE, and plan again.",
    ),
    Explanation(
        code="P210",
        title="The installation was handed over",
        why="Our own access went as the last step of a hand-over: a run of ours took it after everybody whom the file "
        "names had accepted, or a person did in the Portal, which an attestation and our last look bear out. The "
        "account does not see the installation any more, which is what was wanted; nothing of it was compared. Only a "
        "machine that kept its runs and looks knows this, or an attestation of the end (attest --left); elsewhere the "
        "plan says that it is not visible.",
        remedy="Run reconciler handover finish, which moves the file to released/.",
    ),
    Explanation(
        code="P211",
        title="The new owner gets several chargers",
        why="Access holds for a whole installation. A file lists every charger that adopt found there, so its list "
        "says which ones we manage, not that they are all the same customer's.",
        remedy="Compare the serials with the customer register. If they are all that customer's, acknowledge the "
        "guard shared-installation in the file and say who says so; otherwise give each customer an installation of "
        "their own.",
    ),
    Explanation(
        code="P301",
        title="A charger is not in the installation that lists it",
        why="It may have moved, been deactivated, or the serial is wrong. It is reported as unreadable and nothing is "
        "ever created for it.",
        remedy="Correct the serial, or move the lines to the file of the installation that the report names.",
    ),
    Explanation(
        code="P302",
        title="Something declared could not be read",
        why="A missing role, an empty answer or a missing member tells nothing about the value. Unknown is not absent, "
        "so nothing is planned for it.",
        remedy="Give the account Owner or Service there, or repeat when the cloud answers again.",
    ),
    Explanation(
        code="P304",
        title="A charger is offline",
        why="A setting sent to an offline charger takes effect when it comes back. It is sent once and then reported "
        "as pending.",
        remedy="Bring the charger online; the next plan shows whether the setting arrived.",
    ),
    Explanation(
        code="P311",
        title="A person must do this in the Portal",
        why="No documented call writes this setting, and the account names no partner route for it.",
        remedy="Follow the worksheet that apply writes; the next plan reads the result where it can be read.",
    ),
    *OF_GUARDS,
    *_OF_DRIFT,
)
