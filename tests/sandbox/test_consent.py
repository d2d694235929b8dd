"""The access request: a person logs in and lets a group into an installation."""

import re
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from werkzeug.test import TestResponse

from reconciler.sandbox.access import group_permission, user_permission
from reconciler.sandbox.consent import tickets
from reconciler.sandbox.consent.tickets import PEOPLE_PASSWORD
from reconciler.sandbox.errors import CallerError
from reconciler.sandbox.operations import operate
from tests.sandbox.cloud import BAKKEGATA, ELVEVEIEN, FURULIA, HAVNEN, SOLBAKKEN, UNKNOWN, Cloud

KARI = "kari.nordmann@people.example"
BOARD = "styret@solbakken.example"
BACK = "https://partner.example/done?nonce=7"
HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'{}{0}%s"


@pytest.fixture
def cloud() -> Cloud:
    """Elveveien 12 and Solbakken before their owners have let anybody in."""
    cloud = Cloud()
    for place in (ELVEVEIEN, SOLBAKKEN):
        installation = cloud.installation(place)
        installation["permissions"] = [p for p in installation["permissions"] if p.get("key") != "BSJG"]
    return cloud


def link(key: str = "BSJG", **parameters: str) -> dict[str, object]:
    return {"path": f"/access/request/{key}", "query_string": {"returnUrl": BACK, **parameters}}


def log_in(cloud: Cloud, *, email: str = KARI, password: str = PEOPLE_PASSWORD, **parameters: str) -> TestResponse:
    return cloud.client.post(**link(**parameters), data={"email": email, "password": password})


def ticket_of(page: TestResponse) -> str:
    found = re.search(r'name="session" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def decide(cloud: Cloud, *, email: str = KARI, form: dict[str, str] | None = None, **parameters: str) -> TestResponse:
    """What a person does in a browser: log in, choose, press."""
    ticket = ticket_of(log_in(cloud, email=email, **parameters))
    data = {"session": ticket, "decision": "approve", "installationId": ELVEVEIEN, **(form or {})}
    return cloud.client.post(**link(**parameters), data=data)


def outcome(answer: TestResponse) -> dict[str, list[str]]:
    return parse_qs(urlsplit(answer.headers["Location"]).query)


def own(cloud: Cloud, installation_id: str, *, email: str = KARI) -> None:
    user = cloud.world.user_by_email(email)
    assert user is not None
    cloud.installation(installation_id)["permissions"].append(user_permission(user, 3))


class Elements(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


class TestBeforeLogin:
    def test_only_the_name_that_the_link_gives_is_shown(self, cloud: Cloud) -> None:
        """Neither the group's real name nor any installation."""
        page = cloud.client.get(**link(partnerName="Integration")).text

        assert "Integration asks for access" in page
        assert "Kraftlading Drift" not in page
        assert "Elveveien" not in page

    def test_without_a_name_it_is_a_partner(self, cloud: Cloud) -> None:
        """The parameter is optional."""
        assert "A partner asks for access" in cloud.client.get(**link()).text

    def test_in_norwegian(self, cloud: Cloud) -> None:
        """The page says so to screen readers too."""
        page = cloud.client.get(**link(lang="no")).text

        assert "En partner ber om tilgang" in page
        assert '<html lang="nb">' in page

    def test_an_unknown_key_is_a_page_too(self, cloud: Cloud) -> None:
        """404, whether one looks or posts."""
        assert cloud.client.get(**link("NONE")).status_code == 404
        assert log_in(cloud, key="NONE").status_code == 404

    @pytest.mark.parametrize(
        ("parameters", "word"),
        [
            ({"installationtype": "0"}, "installationId"),
            ({"installationtype": "7"}, "installationtype"),
            ({"installationId": "x"}, "installationId"),
            ({"returnUrl": "http://partner.example/"}, "returnUrl"),
            ({"returnUrl": "javascript:alert(1)"}, "returnUrl"),
        ],
    )
    def test_an_unusable_link_is_no_log_in(self, cloud: Cloud, parameters: dict[str, str], word: str) -> None:
        """Nobody types a password, and the browser goes nowhere."""
        for language in ("en", "no"):
            answer = cloud.client.get(**link(**{**parameters, "lang": language}))

            assert (answer.status_code, word in answer.text, "<form" in answer.text) == (400, True, False)


class TestLogin:
    @pytest.mark.parametrize(("email", "password"), [(KARI, "wrong"), (KARI, ""), ("nobody@people.example", "sandbox")])
    def test_wrong_credentials(self, cloud: Cloud, email: str, password: str) -> None:
        """The same words for both, and the log-in again."""
        answer = log_in(cloud, email=email, password=password)

        assert answer.status_code == 403
        assert "The e-mail address or the password is wrong." in answer.text
        assert f'value="{email}"' in answer.text
        assert "Elveveien" not in answer.text

    def test_the_login_of_the_sandbox_works_too(self, cloud: Cloud) -> None:
        """With its own password only."""
        owner = cloud.world.data["users"][0]
        owner["password"] = "other"

        assert log_in(cloud, email=owner["email"], password="sandbox").status_code == 403
        assert log_in(cloud, email=f" {owner['email'].upper()} ", password="other").status_code == 200

    def test_hammering_is_answered_503(self, cloud: Cloud) -> None:
        """As at the token call."""
        statuses = [log_in(cloud, password="guess").status_code for _ in range(31)]

        assert (statuses[0], statuses[-1]) == (403, 503)

    @pytest.mark.parametrize("session", ["", "x", "x.y", "é.é"])
    def test_a_made_up_ticket_is_worth_nothing(self, cloud: Cloud, session: str) -> None:
        """Back to the log-in."""
        form = {"session": session, "decision": "approve", "installationId": ELVEVEIEN}
        answer = cloud.client.post(**link(), data=form)

        assert (answer.status_code, 'name="password"' in answer.text) == (403, True)

    def test_a_ticket_ends_after_a_quarter_of_an_hour(self, cloud: Cloud) -> None:
        """Nobody approves tomorrow what was left open today."""
        ticket = ticket_of(log_in(cloud))
        cloud.world.advance(901)
        form = {"session": ticket, "decision": "approve", "installationId": ELVEVEIEN}

        assert cloud.client.post(**link(), data=form).status_code == 403

    def test_a_ticket_is_for_one_group(self, cloud: Cloud) -> None:
        """It approves nothing for another."""
        form = {"session": ticket_of(log_in(cloud)), "decision": "approve", "installationId": ELVEVEIEN}

        assert cloud.client.post(**link("HANS"), data=form).status_code == 403

    def test_a_ticket_opens_no_call_and_a_token_no_page(self, cloud: Cloud) -> None:
        """They are signed for different things."""
        ticket = ticket_of(log_in(cloud))
        payload = cloud.token.split(".", 1)[1]
        as_token = {"Authorization": f"Bearer CANARY-access-token.{ticket}"}

        assert cloud.client.get("/api/installation", headers=as_token).status_code == 401
        assert tickets.holder(cloud.world, payload, lookup_key="BSJG") is None

    def test_a_ticket_lasts_as_long_for_a_person_when_world_time_runs(self, cloud: Cloud) -> None:
        """A rehearsal a thousand times as fast."""
        cloud.world.run_clock(1000)
        user = cloud.world.user_by_email(KARI)
        assert user is not None
        ticket = tickets.issue(cloud.world, user, lookup_key="BSJG")
        cloud.world.advance(500_000)

        assert tickets.holder(cloud.world, ticket, lookup_key="BSJG") == user


class TestQuestion:
    def test_it_names_the_group_and_what_the_person_owns(self, cloud: Cloud) -> None:
        """The real name takes the place of the link's; homes of others do not show."""
        page = log_in(cloud, partnerName="Integration").text

        assert "Kraftlading Drift asks for access" in page
        assert "Integration" not in page
        assert "Elveveien 12" in page
        assert "Nabolaget 5" not in page

    def test_only_owners_are_asked(self, cloud: Cloud) -> None:
        """A user of the installation has nothing to share."""
        user = cloud.world.user_by_email(KARI)
        assert user is not None
        cloud.installation(ELVEVEIEN)["permissions"] = [user_permission(user, 1)]
        page = log_in(cloud).text

        assert "You have nothing to share here" in page
        assert "Elveveien" not in page
        assert "Back without sharing" in page

    @pytest.mark.parametrize(("shown", "expected"), [("false", False), ("true", True), ("TRUE", True), ("1", False)])
    def test_what_is_shared_already_is_hidden_unless_asked(self, cloud: Cloud, shown: str, expected: bool) -> None:
        """The parameter showExisting; also while the grant is still settling."""
        decide(cloud)
        page = log_in(cloud, showExisting=shown).text

        assert ("Elveveien 12" in page) is expected
        assert ("shared already" in page) is expected

    def test_the_type_decides(self, cloud: Cloud) -> None:
        """A Pro site only by its id and type."""
        assert "Solbakken" not in log_in(cloud, email=BOARD).text
        assert "Solbakken" not in log_in(cloud, email=BOARD, installationId=SOLBAKKEN).text
        assert (
            "Solbakken borettslag"
            in log_in(cloud, email=BOARD, installationtype="0", installationId=SOLBAKKEN.upper()).text
        )

    def test_one_installation_can_be_named(self, cloud: Cloud) -> None:
        """The others are left out, and it is chosen already."""
        cloud.installation(BAKKEGATA)["permissions"] = []
        own(cloud, BAKKEGATA)
        both = log_in(cloud).text
        page = log_in(cloud, installationId=BAKKEGATA).text

        assert ("Elveveien 12" in both, "Bakkegata 7" in both, " checked" in both) == (True, True, False)
        assert ("Elveveien 12" in page, "Bakkegata 7" in page, " checked" in page) == (False, True, True)

    def test_somebody_elses_installation_cannot_be_named(self, cloud: Cloud) -> None:
        """The page does not even say whether there is one."""
        theirs = log_in(cloud, installationId=BAKKEGATA).text
        nobodys = log_in(cloud, installationId=UNKNOWN).text

        assert re.sub('value="[^"]+"', "", theirs) == re.sub('value="[^"]+"', "", nobodys)

    def test_it_says_how_many_chargers_but_no_serial(self, cloud: Cloud) -> None:
        """The person knows their own; one who looks over the shoulder does not."""
        page = log_in(cloud, email=BOARD, installationtype="0", installationId=SOLBAKKEN).text

        assert "34 chargers" in page
        assert "ZPR" not in page


class TestDecision:
    def test_approving_goes_back_with_the_installation(self, cloud: Cloud) -> None:
        """The outcome and the id are added to what the address had; others see no referrer."""
        answer = decide(cloud)

        assert answer.status_code == 303
        assert outcome(answer) == {"nonce": ["7"], "success": ["true"], "installationId": [ELVEVEIEN]}
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert cloud.world.log[-1]["effect"] is True

    def test_the_grant_appears_after_a_while_and_the_tree_later(self, cloud: Cloud) -> None:
        """404 and 204, then 200 and 204, then both; not later than 30 s."""
        paths = (f"/api/installation/{ELVEVEIEN}", f"/api/installation/{ELVEVEIEN}/hierarchy")
        decide(cloud)
        seen = []
        for _ in range(30):
            seen.append(tuple(cloud.get(path).status_code for path in paths))
            cloud.world.advance(1)

        assert list(dict.fromkeys(seen)) == [(404, 204), (200, 204), (200, 200)]
        assert cloud.row(ELVEVEIEN)["CurrentUserRoles"] == 7

    def test_others_get_the_tree_meanwhile(self, cloud: Cloud) -> None:
        """It is new for the group only."""
        cloud.installation(ELVEVEIEN)["permissions"].append(group_permission(cloud.world, "BSJG", 6))
        decide(cloud, key="HANS")
        cloud.world.advance(3)

        assert cloud.get(f"/api/installation/{ELVEVEIEN}/hierarchy").status_code == 200

    def test_pressing_twice_is_one_grant_and_no_failure(self, cloud: Cloud) -> None:
        """The second answer says the same, but changes nothing."""
        form = {"session": ticket_of(log_in(cloud)), "decision": "approve", "installationId": ELVEVEIEN}
        first, second = (outcome(cloud.client.post(**link(), data=form)) for _ in range(2))
        cloud.world.advance(30)

        assert first == second
        assert [entry["effect"] for entry in cloud.world.log[-2:]] == [True, False]
        assert [row["LookupKey"] for row in cloud.permissions(ELVEVEIEN) if "LookupKey" in row] == ["BSJG"]

    def test_a_group_with_fewer_roles_gets_the_rest(self, cloud: Cloud) -> None:
        """What it had stays."""
        cloud.installation(ELVEVEIEN)["permissions"].append(group_permission(cloud.world, "BSJG", 1))
        decide(cloud)
        cloud.world.advance(30)

        assert cloud.roles_of(ELVEVEIEN, "BSJG") == 7

    def test_denying_shares_nothing(self, cloud: Cloud) -> None:
        """success=false without a reason or an id."""
        assert outcome(decide(cloud, form={"decision": "deny"})) == {"nonce": ["7"], "success": ["false"]}
        cloud.world.advance(30)
        assert cloud.get(f"/api/installation/{ELVEVEIEN}").status_code == 404

    @pytest.mark.parametrize("place", [UNKNOWN, BAKKEGATA, HAVNEN, FURULIA, "x"])
    def test_what_one_does_not_own_cannot_be_shared(self, cloud: Cloud, place: str) -> None:
        """However the form was changed; the question comes again."""
        answer = decide(cloud, key="PAYC", form={"installationId": place})
        cloud.world.advance(30)

        assert answer.status_code == 400
        assert "You cannot share this installation here." in answer.text
        assert cloud.world.log[-1]["effect"] is False

    @pytest.mark.parametrize("form", [{"installationId": ""}, {"decision": ""}, {"decision": "perhaps"}])
    def test_without_a_choice_the_question_comes_again(self, cloud: Cloud, form: dict[str, str]) -> None:
        """Nothing is guessed."""
        answer = decide(cloud, form=form)

        assert answer.status_code == 400
        assert "Choose an installation first." in answer.text

    @pytest.mark.parametrize(("decision", "title"), [("approve", "Access granted"), ("deny", "Access not granted")])
    def test_without_a_way_back_there_is_a_receipt(self, cloud: Cloud, decision: str, title: str) -> None:
        """Zaptec's own page; it names nobody."""
        address = decide(cloud, form={"decision": decision}, returnUrl="").headers["Location"]
        receipt = cloud.client.get(address)

        assert (receipt.status_code, title in receipt.text) == (200, True)
        assert "Elveveien" not in receipt.text
        assert "BSJG" not in receipt.text

    def test_receipts_say_true_or_false(self, cloud: Cloud) -> None:
        """In both languages; anything else is 404."""
        assert "Tilgang gitt" in cloud.client.get("/access/receipt/true?lang=no").text
        assert cloud.client.get("/access/receipt/perhaps").status_code == 404

    def test_a_member_of_a_group_does_not_count_as_owner(self, cloud: Cloud) -> None:
        """The operator cannot consent for its customers."""
        page = log_in(cloud, email="owner@sandbox.example", key="HANS")

        assert "You have nothing to share here" in page.text

    def test_who_accepted_an_invitation_can_share(self, cloud: Cloud) -> None:
        """From the account that accepting made."""
        operate(cloud.world, "accept-invitation", {"who": "person:c-88122"})

        assert "Fjellveien 3" in log_in(cloud, email="ola.hansen@people.example", key="HANS").text


def every_page(cloud: Cloud, **parameters: str) -> dict[str, TestResponse]:
    """One of each."""
    post = {"session": ticket_of(log_in(cloud, **parameters)), "decision": "approve", "installationId": UNKNOWN}
    return {
        "login": cloud.client.get(**link(**parameters)),
        "wrong login": log_in(cloud, email=HOSTILE, password="x", **parameters),
        "question": log_in(cloud, **parameters),
        "nothing": log_in(cloud, email=BOARD, **parameters),
        "problem": cloud.client.post(**link(**parameters), data=post),
        "unknown": cloud.client.get(**link("NONE", **parameters)),
        "unusable": cloud.client.get(**link(**{**parameters, "installationId": HOSTILE})),
        "receipt": cloud.client.get("/access/receipt/true", query_string=parameters),
    }


class TestNothingIsInjected:
    def test_what_comes_from_the_link_is_escaped(self, cloud: Cloud) -> None:
        """Neither a name, nor an address, nor a language becomes markup on any page."""
        parameters = {"partnerName": HOSTILE, "lang": HOSTILE, "showExisting": HOSTILE, "other": HOSTILE}
        for name, answer in every_page(cloud, **parameters).items():
            tags = {tag for tag, _ in Elements(answer.text).found}

            assert tags.isdisjoint({"script", "img", "a", "iframe", "base"}), name
            assert "<script>alert" not in answer.text, name

    def test_what_names_say_is_escaped(self, cloud: Cloud) -> None:
        """Of installations, groups and people."""
        cloud.installation(ELVEVEIEN)["name"] = HOSTILE
        cloud.world.data["groups"]["BSJG"]["name"] = HOSTILE
        page = log_in(cloud).text
        clean = {
            tag: attributes for tag, attributes in Elements(page).found if any(a.startswith("on") for a in attributes)
        }

        assert page.count("&lt;script&gt;") >= 3
        assert "<script" not in page
        assert clean == {}

    def test_every_page_forbids_scripts_frames_and_everything_from_elsewhere(self, cloud: Cloud) -> None:
        """Strict headers on all of them."""
        for name, answer in every_page(cloud).items():
            policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))

            assert policy["default-src"] == "'none'", name
            assert policy["base-uri"] == policy["frame-ancestors"] == "'none'", name
            assert re.fullmatch(r"'sha256-[\w+/]{43}='", policy["style-src"]), name
            assert policy["form-action"] in {"'self'", "'self' https://partner.example"}, name
            assert "script-src" not in policy
            assert (answer.headers["X-Frame-Options"], answer.headers["Cache-Control"]) == ("DENY", "no-store"), name
            assert answer.headers["Referrer-Policy"] == "no-referrer", name
            assert answer.headers["X-Content-Type-Options"] == "nosniff", name
            assert "Set-Cookie" not in answer.headers, name

    def test_no_form_says_where_to_go(self, cloud: Cloud) -> None:
        """It is posted to the link itself, so that no field can carry another way back."""
        for name, answer in every_page(cloud).items():
            forms = [attributes for tag, attributes in Elements(answer.text).found if tag == "form"]

            assert all(form == {"method": "post"} for form in forms), name

    def test_the_way_back_comes_from_the_link_only(self, cloud: Cloud) -> None:
        """A field of that name is ignored."""
        answer = decide(cloud, form={"returnUrl": "https://evil.example/", "decision": "deny"})

        assert answer.headers["Location"].startswith("https://partner.example/")

    def test_the_log_has_no_password_and_no_address(self, cloud: Cloud) -> None:
        """Only names of parameters."""
        decide(cloud)

        assert KARI not in str(cloud.world.log)
        assert "nonce" not in str(cloud.world.log)


class TestLanguages:
    def test_every_text_exists_in_both(self, cloud: Cloud) -> None:
        """No page is half English."""
        english, norwegian = every_page(cloud, lang="en"), every_page(cloud, lang="no")

        for name, answer in norwegian.items():
            words = set(re.sub("<[^>]+>", "\n", answer.text.split("</style>")[1]).split("\n"))
            other = set(re.sub("<[^>]+>", "\n", english[name].text.split("</style>")[1]).split("\n"))
            assert words & other <= {"", "Elveveien 12"}, name


class TestByCommand:
    LINK = f"https://portal.zaptec.com/access/request/BSJG?partnerName=Integration&returnUrl={BACK}"

    def test_approving_without_a_browser(self, cloud: Cloud) -> None:
        """A script gets the address that the browser would be sent to; the only installation need not be named."""
        done = operate(cloud.world, "approve-consent", {"link": self.LINK, "who": "person:c-88121"})
        cloud.world.advance(30)

        assert done == {
            "address": f"https://partner.example/done?nonce=7&success=true&installationId={ELVEVEIEN}",
            "installation": ELVEVEIEN,
            "name": "Elveveien 12",
        }
        assert cloud.row(ELVEVEIEN)["CurrentUserRoles"] == 7

    def test_a_bare_key_will_do(self, cloud: Cloud) -> None:
        """Then the browser would end at the receipt."""
        done = operate(
            cloud.world, "approve-consent", {"link": "BSJG", "who": "c-88121", "installation": "elveveien 12"}
        )

        assert done["address"] == "/access/receipt/true?lookup=BSJG"

    def test_denying(self, cloud: Cloud) -> None:
        """Nothing is shared."""
        done = operate(cloud.world, "deny-consent", {"link": self.LINK, "who": "person:c-88121"})

        assert done == {"address": "https://partner.example/done?nonce=7&success=false"}

    @pytest.mark.parametrize(
        ("arguments", "what"),
        [
            ({"link": "NONE", "who": "c-88121"}, "no user group"),
            ({"link": "BSJG", "who": "nobody"}, "no person"),
            ({"link": "BSJG", "who": "c-88123"}, "no account yet"),
            ({"link": "BSJG?installationtype=0", "who": "c-88121"}, "needs installationId"),
            ({"link": "BSJG", "who": "c-88121", "installation": "Bakkegata 7"}, "would not offer"),
            ({"link": "BSJG", "who": "c-88124"}, "would not offer"),
            ({"link": "BSJG", "who": "c-88121", "installation": "nowhere"}, "no installation"),
            ({"link": "BSJG"}, "needs 'who'"),
        ],
    )
    def test_what_the_page_would_not_do(self, cloud: Cloud, arguments: dict[str, str], what: str) -> None:
        """Said, with a way out."""
        with pytest.raises(CallerError, match=what) as refused:
            operate(cloud.world, "approve-consent", arguments)

        assert "first world" not in refused.value.remedy

    def test_several_need_a_name(self, cloud: Cloud) -> None:
        """The remedy lists them."""
        cloud.installation(BAKKEGATA)["permissions"] = []
        own(cloud, BAKKEGATA)

        with pytest.raises(CallerError, match="several") as refused:
            operate(cloud.world, "approve-consent", {"link": "BSJG", "who": "c-88121"})
        assert "Elveveien 12, Bakkegata 7" in refused.value.remedy
