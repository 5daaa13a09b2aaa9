"""Taking part, answering for a place, and who may change that."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now
from pytest_django import DjangoAssertNumQueries

from residents.models import Resident
from spaces.models import Ban, City, CityRole, Membership, Space

type SignIn = Callable[[Resident], Client]

CASA = "/it/rovigo/luoghi/casa/"
CITY = "/it/rovigo/persone/"


def role_in(space: Space, person: Resident) -> str | None:
    mine = space.memberships.filter(resident=person).first()
    return mine.role if mine else None


def office_of(cast: SimpleNamespace, person: Resident) -> str | None:
    mine = CityRole.objects.filter(city=cast.city, resident=person).first()
    return mine.role if mine else None


def page_of(cast: SimpleNamespace, person: Resident) -> str:
    return f"{CASA}persone/{cast.casa.memberships.get(resident=person).pk}/"


# Taking part


def test_one_tap_to_take_part_and_one_to_stop(cast: SimpleNamespace, sign_in: SignIn) -> None:
    browser = sign_in(cast.elena)
    assert "Vuoi partecipare?" in browser.get(f"{CASA}partecipa/").content.decode()
    for _ in range(2):  # sent twice, it happens once
        page = browser.post(f"{CASA}partecipa/", follow=True).content.decode()
    assert "Partecipi: Casa di quartiere" in page
    assert role_in(cast.casa, cast.elena) == "member"
    for _ in range(2):
        page = browser.post(f"{CASA}lascia/", follow=True).content.decode()
    assert "Non partecipi: Casa di quartiere" in page
    assert role_in(cast.casa, cast.elena) is None


def test_taking_part_again_changes_no_role(cast: SimpleNamespace, sign_in: SignIn) -> None:
    sign_in(cast.marta).post(f"{CASA}partecipa/")
    assert role_in(cast.casa, cast.marta) == "coordinator"


def test_reading_the_page_changes_nothing(cast: SimpleNamespace, sign_in: SignIn) -> None:
    sign_in(cast.elena).get(f"{CASA}partecipa/")
    sign_in(cast.li).get(f"{CASA}lascia/")
    assert (role_in(cast.casa, cast.elena), role_in(cast.casa, cast.li)) == (None, "member")


def test_a_stranger_is_asked_to_sign_in_and_comes_back(client: Client, cast: SimpleNamespace) -> None:
    answer = client.get(f"{CASA}partecipa/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == reverse("sign-in", query={"next": f"{CASA}partecipa/"})
    # A form is not sent again by itself, so there is nowhere to come back to.
    assert "next" not in client.post(f"{CASA}lascia/").headers["Location"]


def test_the_last_coordinator_reads_who_stands_in_before_leaving(cast: SimpleNamespace, sign_in: SignIn) -> None:
    sentence = "quello che aspetta passa a chi coordina la città"
    browser = sign_in(cast.marta)
    assert sentence in browser.get(f"{CASA}lascia/").content.decode()
    Membership.objects.create(space=cast.casa, resident=cast.rachid, role="coordinator")
    assert sentence not in browser.get(f"{CASA}lascia/").content.decode()
    assert sentence not in sign_in(cast.li).get(f"{CASA}lascia/").content.decode()


# Who answers for a space


def test_coordinators_read_who_takes_part_highest_role_first(cast: SimpleNamespace, sign_in: SignIn) -> None:
    for person in [cast.marta, cast.ottavio, cast.nives]:
        page = sign_in(person).get(f"{CASA}persone/").content.decode()
        assert page.index("Marta") < page.index("Ada") < page.index("Li<")
        assert "@example.org" not in page
    for person in [cast.elena, cast.li, cast.ada, cast.bruno]:
        assert sign_in(person).get(f"{CASA}persone/").status_code == 403


def test_a_role_changes(cast: SimpleNamespace, sign_in: SignIn) -> None:
    browser = sign_in(cast.marta)
    for role in ["host", "desk", "coordinator", "member"]:
        seen = role_in(cast.casa, cast.li) or ""
        answer = browser.post(page_of(cast, cast.li), {"role": role, "seen": seen}, follow=True)
        assert "Li, da adesso:" in answer.content.decode()
        assert role_in(cast.casa, cast.li) == role


def test_a_role_that_somebody_changed_first_stays_as_they_left_it(cast: SimpleNamespace, sign_in: SignIn) -> None:
    cast.casa.memberships.get(resident=cast.li).appoint("host")
    answer = sign_in(cast.marta).post(page_of(cast, cast.li), {"role": "desk", "seen": "member"}, follow=True)
    assert "Ci ha già pensato qualcun altro." in answer.content.decode()
    assert role_in(cast.casa, cast.li) == "host"


def test_the_last_coordinator_steps_down_only_knowingly(cast: SimpleNamespace, sign_in: SignIn) -> None:
    browser, wish = sign_in(cast.marta), {"role": "host", "seen": "coordinator"}
    page = browser.post(page_of(cast, cast.marta), wish)
    assert "Così qui non coordina più nessuno" in page.content.decode()
    assert role_in(cast.casa, cast.marta) == "coordinator"
    answer = browser.post(page_of(cast, cast.marta), wish | {"sure": "on"}, follow=True)
    assert role_in(cast.casa, cast.marta) == "host"
    assert answer.status_code == 200, "brought to a page they may still read"
    assert browser.get(f"{CASA}persone/").status_code == 403


def test_somebody_is_added_by_their_exact_address(cast: SimpleNamespace, sign_in: SignIn) -> None:
    browser = sign_in(cast.marta)
    answer = browser.post(f"{CASA}persone/", {"email": "RACHID@example.org", "role": "desk"})
    assert answer.status_code == 302 and role_in(cast.casa, cast.rachid) == "desk"
    browser.post(f"{CASA}persone/", {"email": "rachid@example.org", "role": "member"})
    assert role_in(cast.casa, cast.rachid) == "desk", "who is here already is changed on their own page"
    for form, sentence in [
        ({"email": "nessuno@example.org", "role": "desk"}, "Nessuno entra con questo indirizzo."),
        ({"email": "bruno@example.org", "role": "desk"}, "È una persona sospesa"),
        ({"email": "elena@example.org", "role": "city_administrator"}, "city_administrator"),
        ({"email": "elena@example.org", "role": ""}, "Scegli che cosa farà."),
    ]:
        page = browser.post(f"{CASA}persone/", form).content.decode()
        assert sentence in page and form["email"] in page
    assert role_in(cast.casa, cast.elena) is None


def test_people_of_another_space_are_not_found_here(cast: SimpleNamespace, sign_in: SignIn) -> None:
    room = Space.objects.create(city=cast.city, name="Stanza", slug="stanza", kind="virtual", link="https://a.example")
    theirs = room.welcome(cast.rachid)
    ban = room.ban(cast.elena, by=cast.nives, reason="Basta.")
    browser = sign_in(cast.marta)
    assert browser.get(f"{CASA}persone/{theirs.pk}/").status_code == 404
    assert browser.post(f"{CASA}persone/{theirs.pk}/", {"role": "desk", "seen": "member"}).status_code == 404
    assert browser.post(f"{CASA}persone/sospese/{ban.pk}/togli/").status_code == 404
    assert browser.get("/it/rovigo/luoghi/stanza/persone/").status_code == 403
    assert role_in(room, cast.rachid) == "member" and Ban.objects.in_force().filter(pk=ban.pk).exists()


def test_a_suspension_is_lifted_once_and_works_at_once(cast: SimpleNamespace, sign_in: SignIn) -> None:
    ban = cast.casa.ban(cast.li, by=cast.marta, reason="Ha insistito.")
    browser, banned = sign_in(cast.marta), sign_in(cast.li)
    assert "Ha insistito." in browser.get(f"{CASA}persone/").content.decode()
    assert banned.get(f"{CASA}partecipa/").status_code == 403
    lift = f"{CASA}persone/sospese/{ban.pk}/togli/"
    assert "può di nuovo scrivere e partecipare" in browser.post(lift, follow=True).content.decode()
    assert banned.get(f"{CASA}partecipa/").status_code == 200
    assert "Ci ha già pensato qualcun altro." in sign_in(cast.nives).post(lift, follow=True).content.decode()
    ban.refresh_from_db()
    assert ban.lifted_by == cast.marta


def test_a_space_does_not_lift_what_the_city_decided(cast: SimpleNamespace, sign_in: SignIn) -> None:
    ban = Ban.objects.get(resident=cast.bruno)
    assert sign_in(cast.marta).post(f"{CASA}persone/sospese/{ban.pk}/togli/").status_code == 404
    assert sign_in(cast.marta).post(f"{CITY}sospese/{ban.pk}/togli/").status_code == 403
    assert Ban.objects.in_force().filter(pk=ban.pk).exists()


def test_many_people_cost_as_many_queries_as_few(
    cast: SimpleNamespace, sign_in: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    browser = sign_in(cast.marta)
    for amount in (3, 60):
        for number in range(amount):
            person = Resident.objects.welcome(name=f"P{number}")
            cast.casa.welcome(person)
            cast.casa.ban(person, by=cast.marta, reason="Basta.")
        with django_assert_num_queries(9):
            page = browser.get(f"{CASA}persone/").content.decode()
    assert "?page=2" in page
    assert browser.get(f"{CASA}persone/?page=nonsense").status_code == 200


# Who answers for the city


def test_the_people_of_the_city_read_and_administrators_appoint(cast: SimpleNamespace, sign_in: SignIn) -> None:
    form = {"email": "rachid@example.org", "role": "city_coordinator"}
    assert 'name="email"' not in sign_in(cast.ottavio).get(CITY).content.decode()
    assert sign_in(cast.ottavio).post(CITY, form).status_code == 403
    for person in [cast.marta, cast.elena, cast.bruno]:
        assert sign_in(person).get(CITY).status_code == 403
    browser = sign_in(cast.nives)
    assert "Rachid, da adesso: Coordina la città." in browser.post(CITY, form, follow=True).content.decode()
    browser.post(CITY, form | {"role": "city_administrator"})
    assert office_of(cast, cast.rachid) == "city_administrator"
    page = browser.post(CITY, form | {"role": "coordinator"}).content.decode()
    assert "rachid@example.org" in page and office_of(cast, cast.rachid) == "city_administrator"


def test_an_office_is_taken_away(cast: SimpleNamespace, sign_in: SignIn) -> None:
    ottavio = cast.city.roles.get(resident=cast.ottavio)
    address = f"{CITY}{ottavio.pk}/togli/"
    assert sign_in(cast.ottavio).post(address).status_code == 403
    assert sign_in(cast.nives).get(address).status_code == 405
    answer = sign_in(cast.nives).post(address, follow=True)
    assert "Ottavio non ha più un ruolo in città." in answer.content.decode()
    assert sign_in(cast.ottavio).get(CITY).status_code == 403
    assert sign_in(cast.nives).post(address).status_code == 404


def test_the_last_administrator_stays(cast: SimpleNamespace, sign_in: SignIn) -> None:
    browser, mine = sign_in(cast.nives), cast.city.roles.get(resident=cast.nives)
    answer = browser.post(f"{CITY}{mine.pk}/togli/", follow=True)
    assert "È l’unica persona che amministra la città" in answer.content.decode()
    page = browser.post(CITY, {"email": "nives@example.org", "role": "city_coordinator"})
    assert "È l’unica persona che amministra la città" in page.content.decode()
    assert office_of(cast, cast.nives) == "city_administrator"
    cast.city.appoint(cast.ottavio, "city_administrator")
    assert browser.post(f"{CITY}{mine.pk}/togli/").headers["Location"] == reverse("me")
    assert office_of(cast, cast.nives) is None


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_remove_each_other_leave_one(cast: SimpleNamespace) -> None:
    for _ in range(5):
        cast.city.roles.all().delete()
        roles = [
            CityRole.objects.create(city=cast.city, resident=who, role="city_administrator")
            for who in (cast.nives, cast.ottavio)
        ]
        ready, refused = Barrier(2), list[str]()

        def end(role: CityRole, ready: Barrier = ready, refused: list[str] = refused) -> None:
            ready.wait()
            try:
                role.end()
            except CityRole.LastAdministrator as refusal:
                refused.append(type(refusal).__name__)
            finally:
                connection.close()

        threads = [Thread(target=end, args=[role]) for role in roles]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert refused == ["LastAdministrator"] and cast.city.roles.count() == 1


def test_the_city_reads_and_lifts_every_suspension_in_it(cast: SimpleNamespace, sign_in: SignIn) -> None:
    here = cast.casa.ban(cast.li, by=cast.marta, reason="Ha insistito.", until=now().replace(2031))
    browser = sign_in(cast.ottavio)
    page = browser.get(CITY).content.decode()
    assert "Ha insistito." in page and "Ha offeso più volte" in page and "Casa di quartiere" in page
    for ban in [here, Ban.objects.get(resident=cast.bruno)]:
        browser.post(f"{CITY}sospese/{ban.pk}/togli/")
    assert not Ban.objects.in_force().exists()


def test_another_city_has_no_say(cast: SimpleNamespace, sign_in: SignIn) -> None:
    monza = City.objects.create(
        name="Monza", slug="monza", istat="108033", province="MB", region="Lombardia", lat=45.58, lon=9.27
    )
    CityRole.objects.create(city=monza, resident=cast.elena, role="city_administrator")
    browser, ban, office = (
        sign_in(cast.elena),
        Ban.objects.get(resident=cast.bruno),
        cast.city.roles.get(resident=cast.ottavio),
    )
    assert browser.get("/it/monza/persone/").status_code == 200
    for address in [f"persone/sospese/{ban.pk}/togli/", f"persone/{office.pk}/togli/", "luoghi/casa/persone/"]:
        assert browser.post(f"/it/monza/{address}").status_code == 404
        assert browser.post(f"/it/rovigo/{address}").status_code == 403
    assert Ban.objects.in_force().filter(pk=ban.pk).exists() and office_of(cast, cast.ottavio)
