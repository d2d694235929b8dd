"""Seeds of the directory of people and of the lists that a customer register exports."""

from collections.abc import Mapping
from functools import cache

from tests.fuzz.corpus import Seed, yaml_tree

PEOPLE: Mapping[str, str] = {
    "people.yaml": "- {id: c-1, email: kari@people.example, name: Kari, language: nb}\n"
    "- {id: 88121, email: ola@people.example}\n",
    "people-in-a-map.yaml": "people:\n  - {id: c-1, email: kari@people.example}\n",
    "people.csv": "id,email,name,language\nc-1,kari@people.example,Kari,nb\nc-2,ola@people.example,,\n",
    "quoted.csv": '"email","id"\r\n"kari@people.example","c-1"\r\n"ola@people.example","c-2"\r\n',
}
HAND_OVERS: tuple[str, ...] = (
    "serial,person,postcode\nZAP000001,c-1,0150\nZAP000002,person:c-2,\n",
    "\ufeffSerial;Person\r\nZAP000001;c-1\r\n zpr000002 ; c-2 \r\n",
    '"person","serial"\n"c-1","ZAP000001"\n"c-2","ZAP000002"\n',
    'postcode,person,serial\n"SW1A 1AA",c-1,ZAP000001\n\n,,\n0150,c-2,ZAP000002\n',
    "serial,person,postcode\rZAP000001,c-1,0150\rZAP000002,c-2,0151\r",
    "serial,person\nZAP000001,c-1\nzap000001,c-2\n",
    "serial\tperson\nZAP000001\tc-1\n",
    "serial|person\nZAP000001|c-1\n",
    "seriel,person\nZAP000001,c-1\n",
    "serial,person,serial\nZAP000001,c-1,ZAP000002\n",
    "serial,postcode\nZAP000001,0150\n",
    "ZAP000001,c-1,0150\n",
    "serial,person\n",
    "",
    'serial,person\nZAP000001,"c-1\n',
    'serial,person\n"ZAP\n000001",c-1\nZAP000002,"c""2"\n',
    "serial,person\nZAP000001,c-1,more\nZAP000002\n",
    "serial,person,postcode\nZAP1,kari@people.example,0150 Oslo Norway\n",
)
"""As registers export them: with semicolons, quotes, empty rows, another end of line, and with mistakes."""
LINKS: tuple[str, ...] = (
    "reference,installationId,installationtype,lang,partnerName,showExisting\n"
    "4711,11111111-0000-4000-8000-000000000001,0,nb,Acme,true\n4712,,1,en,,\n",
    "Reference;Lang\r\n4711;nb\r\n\r\n4712;en\r\n",
    '"lang"\n"nb"\n',
    "refrence,lang\n4711,nb\n",
    "lang,lang\nnb,en\n",
    "lang\n\n",
)


@cache
def people_files() -> tuple[Seed, ...]:
    """Directories of people."""
    return tuple(
        Seed(name=name, data=text.encode(), tree=yaml_tree(text.encode()) if name.endswith("yaml") else None)
        for name, text in PEOPLE.items()
    )


@cache
def lists() -> tuple[Seed, ...]:
    """Lists of hand-overs and of links; each also in another encoding than ours."""
    named = (*(("hand-over", text) for text in HAND_OVERS), *(("links", text) for text in LINKS))
    in_latin = Seed(name="hand-over", data="serial,person\nZAP000001,søs\n".encode("latin-1"))
    return (*(Seed(name=name, data=text.encode()) for name, text in named), in_latin)
