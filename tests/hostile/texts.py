"""Names that somebody with access to an installation could give it, each to make some reader obey."""

ESC, BEL = "\x1b", "\x07"

TEXTS: dict[str, str] = {
    "a link": "[click](https://evil.example/x) <https://evil.example> www.evil.example",
    "an image": "![x](https://evil.example/p.png)[ref]: https://evil.example",
    "a table": "a | b | c\\| d || e",
    "a comment": "<!-- x --> --> <!--",
    "mentions": "@all @org/team #1 GH-7 org/repo#12 :fire: :+1:",
    "an address": "kari@people.example mailto:ola@people.example",
    "a heading": "# h1 ## h2 #",
    "a rule": "--- === *** ___",
    "a fence": "~~~ ```js ` `` x",
    "emphasis": "**b** __b__ *i* _i_ ~~s~~ $m$ \\*x\\*",
    "a list": "- [ ] x 1. y + z",
    "a quote": "> [!NOTE] x",
    "a footnote": "[^1] [^1]: x",
    "tags": "<script>alert(1)</script><img src=x onerror=alert(1)><details open><summary>x",
    "a way out of an attribute": "\" onmouseover=\"alert(1)\" x='y' '><svg/onload=alert(1)>",
    "a template": "{{ 7*7 }}{% raw %}${7*7}<%= 7 %>",
    "entities": "&lt;b&gt; &amp; &#64;all &#x202e;",
    "styles": "</style></code></li><style>*{display:none}</style>",
    "colours": f"{ESC}[31mred{ESC}[2J{ESC}[1;1H{ESC}]0;title{BEL}",
    "a terminal link": f"{ESC}]8;;https://evil.example{ESC}\\here{ESC}]8;;{ESC}\\",
    "the clipboard": f"{ESC}]52;c;ZXZpbA=={BEL}",
    "C1": "a\x9b31mb\x90q\x9c\x85c",
    "overwriting": "good\rbad \b\b\b\b evil\x7f\x0b\x0c",
    "lines": "a\nb\r\nc\u2028d\u2029e\x85f",
    "a fake result": "x\nNo changes. Everything is fine.\n",
    "a formula": '=HYPERLINK("https://evil.example","x")',
    "another formula": "@SUM(1+1)*cmd|'/C calc'!A0",
    "a formula after a tab": "\t=1+1\r=2",
    "a formula with a sign": "+1-1",
    "the other way": "\u202etxt.exe\u202c \u2066a\u2067b\u2068c\u2069 \u061c\u200e\u200f",
    "nothing to see": "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u3164\uffa0\u115f\u17b4\u180e\ufe0f\U000e0100",
    "hidden letters": "x\U000e0069\U000e0067\U000e006e\ufe01\ufe02\U000e0101\U000e01ef",
    "a tower": "Z" + "\u0301\u0302\u0303\u0489" * 200,
    "workflow commands": "::set-output name=x::y ::add-mask::e ##[add-mask]e ##vso[task.setvariable variable=x]y",
    "encoded lines": "x%0A::error::y%0D%0A",
    "broken JSON": '"},{"x":"\\u0022\\',
    "broken YAML": "x: {a: [b, &c *c !!python/object:os.system",
    "a path": "../../../etc/passwd\x00/..",
    "a shell": "$(touch evil) `touch evil`; touch evil & | > evil '\"",
    "half a character": "a\ud800b\udfff",
    "private and unassigned": "\ue000\U000f0000\uffff\U0010ffff\u0378",
    "ten thousand": "Ø" * 10_000,
    "ten thousand wide": "東京" * 5_000,
    "ten thousand words": "word " * 2_000,
    "nothing": "",
    "blanks": " \u00a0\u2003\u3000 ",
}
"""By what they try; every one of them is a text that a JSON answer can carry."""


def can_stand_in_a_file(text: str) -> bool:
    """What the loader lets through to a report; everything else is a problem with a place."""
    return text.isprintable() and text.strip() == text and 0 < len(text) <= 200 and "people.example" not in text


IN_FILES = {name: text for name, text in TEXTS.items() if can_stand_in_a_file(text)}
