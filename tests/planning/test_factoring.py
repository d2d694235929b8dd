"""What new files share goes into layers below them, as far as that saves lines."""

from collections.abc import Sequence

from reconciler.model.adoption import Adopted, Wish
from reconciler.model.change import Target
from reconciler.model.factoring import Room, SharedValues
from reconciler.model.value import ABSENT, Value
from reconciler.planning.factoring import NewSite, common_values

GROUP = "userGroup:BSJG"
FREE = {"mode": "native", "authorizationRequired": False}
KEYS = {"mode": "native", "authorizationRequired": True}
CLOUD = {"mode": "ocppCloud", "ocppCloud.url": "wss://a.example/{deviceId}", "ocppCloud.urlVersion": "legacy"}


def site(number: int, authentication: dict[str, Value] | None = None, *who: str, pro: bool | None = None) -> NewSite:
    """An installation that says this; whoever is named is an owner there."""
    target = Target(account="main", installation_id=f"id-{number:03d}")
    said = [] if authentication is None else [mode(target, authentication)]
    said += [owner(target, one) for one in who]
    return NewSite(id=target.installation_id, pro=pro, adopted=tuple(said))


def mode(target: Target, authentication: dict[str, Value]) -> Adopted:
    """How an installation authorises."""
    wishes = tuple(
        Wish(path=("authentication", *name.split(".")), value=value) for name, value in authentication.items()
    )
    return Adopted(target=target, setting="authentication.mode", was=None, now=authentication["mode"], wishes=wishes)


def owner(target: Target, principal: str) -> Adopted:
    """Somebody's access."""
    wish = Wish(path=("permissions", principal), value=("user", "owner"))
    whose = Target(account="main", installation_id=target.installation_id, principal=principal)
    return Adopted(target=whose, setting="permissions", was=None, now=("user", "owner"), wishes=(wish,))


def shared(sites: Sequence[NewSite], room: Room = Room.PROFILES, taken: Sequence[str] = ()) -> dict[str, list[int]]:
    """Name of each layer, with the numbers of those that stand on it."""
    return {one.profile: numbers(one) for one in common_values(sites, room=room, taken=taken)}


def numbers(values: SharedValues) -> list[int]:
    """Of the installations of a layer."""
    return [int(one.removeprefix("id-")) for one in values.installations]


class TestProfiles:
    def test_homes_that_authorise_alike_share_a_profile(self) -> None:
        """What differs keeps to its own file."""
        sites = [*(site(number, FREE, pro=False) for number in range(6)), site(6, KEYS, pro=False)]

        assert shared(sites) == {"adopted-home": [0, 1, 2, 3, 4, 5]}

    def test_few_installations_share_nothing(self) -> None:
        """A profile has lines of its own: for two homes it would be longer than what it saves."""
        assert shared([site(0, FREE), site(1, FREE)]) == {}

    def test_nothing_and_a_single_installation_share_nothing(self) -> None:
        """There is nobody to share with."""
        assert shared([]) == shared([site(0, FREE, GROUP)], Room.DEFAULTS_AND_PROFILES) == {}

    def test_access_of_our_group_goes_along(self) -> None:
        """Persons stay in the file of their own installation, even one who owns all of them."""
        sites = [site(number, KEYS, GROUP, "person:c-1", pro=True) for number in range(6)]

        (profile,) = common_values(sites, room=Room.PROFILES, taken=())

        assert [wish.path[-1] for wish in profile.wishes] == ["mode", "authorizationRequired", GROUP]

    def test_each_takes_the_profile_that_says_most(self) -> None:
        """A second one for those without our group, not one for all that says less."""
        sites = [
            *(site(number, KEYS, GROUP, pro=True) for number in range(8)),
            *(site(number, KEYS, pro=True) for number in range(8, 16)),
        ]

        assert sorted(shared(sites).values()) == [[*range(8)], [*range(8, 16)]]

    def test_what_many_share_does_not_keep_few_from_sharing_more(self) -> None:
        """Our group is everywhere; still each mode gets its profile, and none is left that says only the group."""
        modes = [FREE] * 8 + [KEYS] * 8 + [CLOUD] * 8
        sites = [site(number, authentication, GROUP) for number, authentication in enumerate(modes)]

        assert [*shared(sites)] == ["adopted-native-1", "adopted-native-2", "adopted-ocpp-cloud"]

    def test_numbers_tell_apart_what_would_have_one_name(self) -> None:
        """By what they say, not by who came first; what is there already keeps its name."""
        sites = [
            *(site(number, FREE, pro=False) for number in range(6)),
            *(site(number, KEYS, pro=False) for number in range(6, 12)),
        ]

        assert (
            shared(sites) == shared(sites[::-1]) == {"adopted-home-1": [*range(6)], "adopted-home-2": [*range(6, 12)]}
        )
        assert shared(sites[:6], taken=["adopted-home"]) == {"adopted-home-1": [*range(6)]}
        assert [*shared(sites, taken=["adopted-home-1"])] == ["adopted-home-2", "adopted-home-3"]

    def test_where_types_mix_the_mode_gives_the_name(self) -> None:
        """Or nothing does."""
        types = [True, False, None] * 3
        clouds = [site(number, CLOUD, pro=pro) for number, pro in enumerate(types)]
        groups = [site(number, None, GROUP, pro=pro) for number, pro in enumerate(types)]

        assert [*shared(clouds), *shared(groups)] == ["adopted-ocpp-cloud", "adopted-shared"]

    def test_what_nobody_knows_is_not_shared(self) -> None:
        """That a file shall say nothing is no value."""
        target = Target(account="main", installation_id="id-000")
        nothing = Adopted(
            target=target,
            setting="authentication.mode",
            was=None,
            now=ABSENT,
            wishes=(Wish(path=("authentication", "mode"), value=ABSENT),),
        )
        sites = [NewSite(id=f"id-{number:03d}", pro=None, adopted=(nothing,)) for number in range(20)]

        assert shared(sites, Room.DEFAULTS_AND_PROFILES) == {}


class TestDefaults:
    def test_what_a_whole_new_fleet_has_goes_into_the_defaults(self) -> None:
        """No file needs to name a profile then."""
        sites = [site(number, KEYS, f"person:c-{number}") for number in range(4)]

        assert shared(sites, Room.DEFAULTS_AND_PROFILES) == {"": [0, 1, 2, 3]}

    def test_a_single_one_that_differs_keeps_it_out(self) -> None:
        """A default is for all."""
        sites = [*(site(number, KEYS) for number in range(8)), site(8, FREE)]

        assert shared(sites, Room.DEFAULTS_AND_PROFILES) == {"adopted-native": [*range(8)]}

    def test_where_files_are_no_default_is_added(self) -> None:
        """It would reach installations that nobody asked about."""
        assert "" not in shared([site(number, KEYS) for number in range(8)], Room.PROFILES)

    def test_access_is_never_a_default(self) -> None:
        """A file of next year would grant it without a word."""
        sites = [site(number, None, GROUP) for number in range(8)]

        assert shared(sites, Room.DEFAULTS_AND_PROFILES) == {"adopted-shared": [*range(8)]}
