"""Codes about files as such: what can be read, and how the files fit together."""

from reconciler.model.problem import Explanation

FILES: tuple[Explanation, ...] = (
    Explanation(
        code="E001",
        title="The same key stands twice",
        why="YAML would take the last one and nobody would see it.",
        remedy="Keep one of the two.",
        example="maxCurrent: 16\nmaxCurrent: 32   # E001",
    ),
    Explanation(
        code="E002",
        title="A tab character",
        why="A tab looks like a different indent in every editor.",
        remedy="Use spaces.",
    ),
    Explanation(
        code="E003",
        title="Unknown key",
        why="A misspelt key would be a setting that silently stays unmanaged.",
        remedy="Correct or remove it.",
        example="maxCurent: 16    # E003: did you mean maxCurrent?",
    ),
    Explanation(
        code="E004",
        title="An empty file, or several documents in one",
        why="One file holds one thing.",
        remedy="Write one document per file, or delete the file.",
    ),
    Explanation(
        code="E006",
        title="Two files have the same installation id",
        why="Two wishes for one installation would undo each other.",
        remedy="Keep one file; take the id of each installation from its own page in the Portal.",
    ),
    Explanation(
        code="E007",
        title="A profile that does not exist",
        why="Its settings would silently be missing.",
        remedy="Correct the name or add the file below fleet/profiles/.",
        example="profiles: [handover]   # reads fleet/profiles/handover.yaml",
    ),
    Explanation(
        code="E008",
        title="Not valid YAML",
        why="Nothing behind this place can be read.",
        remedy="Look at the indent, at brackets and quotes, and at a missing space after a colon.",
    ),
    Explanation(
        code="E009",
        title="Anchors, aliases, merge keys and tags",
        why="They hide where a value comes from, and profiles do the same job with a trace.",
        remedy="Write the value out, or move it to a profile.",
    ),
    Explanation(
        code="E010",
        title="A character that cannot be read or seen",
        why="What a reviewer sees must be what the tool reads.",
        remedy="Save the file as UTF-8 and remove invisible characters.",
    ),
    Explanation(
        code="E011",
        title="Too large, too deep or too long",
        why="A file beyond these limits is a mistake or an attack.",
        remedy="Split it, or remove what does not belong there.",
    ),
    Explanation(
        code="E012",
        title="A file that must not be read",
        why="Only ordinary files inside the fleet folder count, so that a pull request cannot reach anything else.",
        remedy="Replace it by an ordinary file.",
    ),
    Explanation(
        code="E013",
        title="A key without a value, or null",
        why="Left out means unmanaged and an empty list means nobody; null could mean either.",
        remedy="Remove the key to leave the setting alone, or give it a value.",
        example="entries: []      # nobody\n# entries left out: not managed",
    ),
    Explanation(
        code="E014",
        title="The wrong kind of value",
        why="It would have to be guessed what is meant; only true, false and decimal numbers are more than text.",
        remedy="Write the kind of value that is expected here.",
        example="standAlone: no   # E014: a text; write false",
    ),
    Explanation(
        code="E015",
        title="A required key is missing",
        why="Without it the rest cannot be understood.",
        remedy="Add it.",
    ),
    Explanation(
        code="E016",
        title="Not one of the known words",
        why="Only these words mean something.",
        remedy="Use one of them.",
    ),
    Explanation(
        code="E017",
        title="A value of the wrong form",
        why="It would be refused, or mean something else, later.",
        remedy="Correct it; the schema shows an example.",
    ),
    Explanation(
        code="E018",
        title="A file format version that this tool does not know",
        why="A newer format may mean something else by the same keys.",
        remedy="Write `version: 1`, or use a newer release of the tool.",
    ),
    Explanation(
        code="E019",
        title="The fleet is missing or empty",
        why="A wrong folder must never look like a fleet in which nothing is to be done.",
        remedy="Name the folder that holds fleet.yaml and installations/ with --fleet; `reconciler demo --keep DIR` "
        "makes an example fleet.",
        example="reconciler demo --keep example\nreconciler plan --fleet example/fleet",
    ),
    Explanation(
        code="E020",
        title="Which account?",
        why="The same id must never be looked for with the wrong login.",
        remedy="Name an account of fleet.yaml.",
        example="account: main",
    ),
    Explanation(
        code="E021",
        title="Outside the bounds that fleet.yaml sets",
        why="`final:` in fleet.yaml holds for every profile and every file.",
        remedy="Stay inside the bounds, or have them changed by whoever owns fleet.yaml.",
        example="final:\n  chargers.maxCurrent: {max: 25}",
    ),
    Explanation(
        code="E022",
        title="Not the name of a setting",
        why="A misspelt name would take nothing back and bound nothing.",
        remedy="Use the path of the setting, or the beginning of one.",
        example="unmanaged: [authentication, chargers.maxCurrent]",
    ),
    Explanation(
        code="E023",
        title="A partner route without its agreement or adapter",
        why="Calls that are not documented need Zaptec's written agreement.",
        remedy="Add `agreement:` (and `partner:` for the real cloud), or remove the route: a person then does it.",
        example='routes: {authentication: partner}\nagreement: "contract 2026-07"',
    ),
    Explanation(
        code="E024",
        title="A file that is not read",
        why="It would silently be left out; installations lie below installations/ and their names end in .yaml.",
        remedy="Rename or move it.",
    ),
    Explanation(
        code="W025",
        title="`unmanaged` takes nothing back",
        why="No earlier layer declares this setting, so the entry changes nothing.",
        remedy="Remove it, or name the setting that is meant: `chargers.maxCurrent` is that of the chargers.",
    ),
    Explanation(
        code="E026",
        title="A file or folder that cannot be read",
        why="What cannot be read may hold an installation, and a plan without it would look complete.",
        remedy="Give whoever runs this the right to read the file, or to list and enter the folder, and run it again.",
        example="chmod u+r file.yaml\nchmod u+rx folder",
    ),
    Explanation(
        code="E250",
        title="The directory of people cannot be used",
        why="A wrong entry could give somebody else access.",
        remedy="Give each person a unique id and a unique e-mail address: id, email, name, language.",
        example="- {id: c-88121, email: …, name: …, language: nb}",
    ),
    Explanation(
        code="E251",
        title="A list of hand-overs that cannot be used",
        why="A list that is off by one row gives chargers to strangers, so nothing of it is written.",
        remedy="Repair the row: a head line with serial, person and, if known, postcode; each serial once; persons by "
        "their id in the directory of people, never by e-mail address.",
        example="serial,person,postcode\nZAP012347,c-88123,0855",
    ),
    Explanation(
        code="E252",
        title="A list of links that cannot be used",
        why="Nobody should have to find out which links went out, so no link is made as long as one line is wrong.",
        remedy="Repair the line: a head line with some of reference, installationId, installationtype, lang, "
        "partnerName and showExisting; each reference once; a Pro link names its installation.",
        example="reference,lang\n4711,no",
    ),
    Explanation(
        code="E253",
        title="Parameters of a synthetic fleet that cannot be used",
        why="A fleet that is not as it was meant would be measured and believed.",
        remedy="Give a file that can be read, with every `least` at most its `most`; "
        "what the file leaves out is as in the preset `mixed`.",
        example="version: 1\ndrift: {share: 5, burst: 0, causes: {owner: 1}}",
    ),
)
