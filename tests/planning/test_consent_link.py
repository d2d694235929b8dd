"""The access-request URL: Zaptec's own example, every combination there and back, and what cannot be asked."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import UsageProblemError
from reconciler.model.consent import AccessRequest, InstallationKind
from reconciler.planning.consent_link import PORTAL_URL, access_request_url, parse_access_request, with_nonce

SITE = "2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c01"
EXAMPLE = (
    "https://portal.zaptec.com/access/request/BSJG?partnerName=Integration&lang=en"
    "&returnUrl=https://yourapp.com/access-result&installationtype=1"
)

names = st.text(
    st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs")), min_size=1, max_size=100
)
hosts = st.from_regex(r"[a-z][a-z0-9-]{0,20}[a-z0-9]\.example", fullmatch=True)
paths = st.from_regex(r"(/[A-Za-z0-9._~-]{1,12}){0,4}/?", fullmatch=True)
ports = st.one_of(st.just(""), st.integers(1, 65_535).map(lambda port: f":{port}"))
remote = st.tuples(hosts, ports, paths).map(lambda parts: "https://" + "".join(parts))
local = st.tuples(st.sampled_from(["127.0.0.1", "localhost", "[::1]"]), ports, paths).map(
    lambda parts: "http://" + "".join(parts)
)
ids = st.uuids().map(str)


@st.composite
def requests(draw: st.DrawFn) -> AccessRequest:
    """Any combination of parameters that can be asked."""
    kind = draw(st.sampled_from(InstallationKind))
    return AccessRequest(
        lookup_key=draw(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", fullmatch=True)),
        partner_name=draw(st.none() | names),
        lang=draw(st.none() | st.from_regex(r"[a-z]{2}(-[A-Z]{2})?", fullmatch=True)),
        installation_id=draw(ids if kind is InstallationKind.PRO else st.none() | ids),
        installation_type=kind,
        return_url=draw(st.none() | remote | local),
        show_existing=draw(st.booleans()),
    )


def request(**changed: object) -> AccessRequest:
    """An ordinary request with something changed."""
    return AccessRequest(**{"lookup_key": "BSJG", **changed})  # type: ignore[arg-type]  # fields by name


class TestLink:
    def test_the_example_of_zaptec_comes_out_exactly(self) -> None:
        """From its inputs; the nonce is another matter."""
        asked = request(partner_name="Integration", lang="en", return_url="https://yourapp.com/access-result")

        assert access_request_url(asked, PORTAL_URL) == EXAMPLE
        assert parse_access_request(EXAMPLE) == asked

    @given(asked=requests(), portal=st.sampled_from([PORTAL_URL, "http://127.0.0.1:8000"]))
    def test_every_combination_comes_back_as_it_was(self, asked: AccessRequest, portal: str) -> None:
        """Whatever signs a name has, no parameter runs into another."""
        assert parse_access_request(access_request_url(asked, portal)) == asked

    @given(asked=requests())
    def test_another_parser_reads_the_same(self, asked: AccessRequest) -> None:
        """The names are Zaptec's, each at most once, and nothing else is in the URL."""
        parts = urlsplit(access_request_url(asked, PORTAL_URL))
        wanted = {
            "partnerName": asked.partner_name,
            "lang": asked.lang,
            "installationId": asked.installation_id,
            "installationtype": str(int(asked.installation_type)),
            "returnUrl": asked.return_url,
            "showExisting": "true" if asked.show_existing else None,
        }

        assert parse_qs(parts.query, strict_parsing=True) == {key: [one] for key, one in wanted.items() if one}
        assert (parts.scheme, parts.netloc, parts.fragment) == ("https", "portal.zaptec.com", "")
        assert parts.path == f"/access/request/{asked.lookup_key}"

    def test_a_link_without_a_type_is_for_go(self) -> None:
        """Zaptec's default."""
        assert parse_access_request(f"{PORTAL_URL}/access/request/BSJG") == request()

    @pytest.mark.parametrize("base", ["https://a.example/x", "https://a.example/x/"])
    def test_the_nonce_is_the_last_part_of_the_path(self, base: str) -> None:
        """With or without a slash before it."""
        assert with_nonce(base, "n0nce") == "https://a.example/x/n0nce"


class TestRefused:
    @pytest.mark.parametrize(
        "changed",
        [
            {"installation_type": InstallationKind.PRO},
            {"installation_id": "2F0C6F0E-8F4B-4D0E-9A51-3B1F6F0A1C01"},
            {"installation_id": "x"},
            {"lookup_key": ""},
            {"lookup_key": "a/b"},
            {"lookup_key": "BSJG?x=1"},
            {"partner_name": ""},
            {"partner_name": " a"},
            {"partner_name": "a\nb"},
            {"partner_name": "a\u202eb"},
            {"partner_name": "x" * 101},
            {"lang": "EN"},
            {"lang": "en&x=1"},
            {"return_url": ""},
            {"return_url": "/back"},
            {"return_url": "http://partner.example/x"},
            {"return_url": "http://127.0.0.1.partner.example/x"},
            {"return_url": "ftp://partner.example/x"},
            {"return_url": "javascript:alert(1)"},
            {"return_url": "https://user:secret@partner.example/x"},
            {"return_url": "https://partner.example/x#y"},
            {"return_url": "https://partner.example/x?y=1"},
            {"return_url": "https://partner.example\\@evil.example/"},
            {"return_url": "https:///x"},
            {"return_url": "https://partner.example:0/x"},
            {"return_url": "https://partner.example:99999/x"},
            {"return_url": "https://[::1/x"},
            {"return_url": "https://partner.example/a b"},
            {"return_url": "https://partner.example/%2e%2e"},
            {"return_url": f"https://partner.example/{'x' * 1000}"},
        ],
    )
    def test_what_cannot_be_asked_makes_no_link(self, changed: dict[str, object]) -> None:
        """Each is told what is wrong, and where."""
        with pytest.raises(UsageProblemError) as caught:
            access_request_url(request(**changed), PORTAL_URL)

        assert caught.value.remedy

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "https://[x",
            f"{PORTAL_URL}/access/other/BSJG",
            f"{PORTAL_URL}/access/request/",
            f"{PORTAL_URL}/access/request/BSJG?lang=en&lang=no",
            f"{PORTAL_URL}/access/request/BSJG?installationtype=2",
            f"{PORTAL_URL}/access/request/BSJG?installationtype=0",
            f"{PORTAL_URL}/access/request/BSJG?partnerName=%ff",
        ],
    )
    def test_what_is_no_link_is_not_read(self, url: str) -> None:
        """Nor half of it."""
        with pytest.raises(UsageProblemError):
            parse_access_request(url)

    @pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "[::1]"])
    def test_plain_http_is_for_this_machine(self, host: str) -> None:
        """For trying, with `onboard listen`."""
        assert f"returnUrl=http://{host.replace('[', '%5B').replace(']', '%5D')}:8900/n" in access_request_url(
            request(return_url=f"http://{host}:8900/n", installation_id=SITE), PORTAL_URL
        )
