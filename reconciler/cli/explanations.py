"""What the outcomes of an apply mean; `reconciler explain conflict` and so on."""

from reconciler.model.problem import Explanation

EXPLANATIONS: tuple[Explanation, ...] = (
    Explanation(
        code="done",
        title="Written and seen",
        why="The request was sent once and the new value was read back.",
        remedy="Nothing to do.",
    ),
    Explanation(
        code="already",
        title="It was as desired before the run wrote anything",
        why="Between plan and apply somebody else set the very value that the file wants.",
        remedy="Nothing to do.",
    ),
    Explanation(
        code="pending",
        title="A device must still act",
        why="The charger is offline: the cloud keeps the value and hands it over when the charger comes back. "
        "Later plans on the same machine list it as pending instead of sending it again.",
        remedy="Bring the charger online; the next plan verifies it by reading.",
    ),
    Explanation(
        code="waiting",
        title="A person must still act",
        why="The change is done in the Portal, or somebody has not accepted an invitation, or the step must come "
        "after one of these.",
        remedy="Follow the worksheet of the run, or remind the person invited; the next plan goes on from there.",
    ),
    Explanation(
        code="conflict",
        title="Somebody else changed it since the plan",
        why="The value is neither the one that the plan saw nor the one that the file wants, so writing could undo "
        "another person's work. Only this change is held back.",
        remedy="Find out who changed it. Then review the residual plan of the run, or change the file.",
    ),
    Explanation(
        code="refused",
        title="A guard said no just before the write",
        why="The guards run again on what was read right before writing, and the site had changed since the plan.",
        remedy="Make a new plan; it names the guard, what was measured and the way out.",
    ),
    Explanation(
        code="failed",
        title="The cloud said no",
        why="The cloud refused the request for good; nothing was changed by it.",
        remedy="Read the reason in the result. Roles, power management and firmware are the usual ones.",
    ),
    Explanation(
        code="uncertain",
        title="Sent, but not seen",
        why="The answer was lost or unclear, or the cloud accepted the value and still shows the former one after the "
        "read-back time. A write is never repeated blindly.",
        remedy="Plan again later: the plan shows whether it took effect.",
    ),
    Explanation(
        code="not_reached",
        title="Not attempted",
        why="It comes after a change that is not finished, or the run stopped before, or its present value could not "
        "be read.",
        remedy="Apply the residual plan of the run, or plan again.",
    ),
)
