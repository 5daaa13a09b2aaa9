"""What is one's own: passkeys, the address, the data, and the right to have all of it erased."""

from __future__ import annotations

from contextlib import suppress

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from residents import erasure, letters, passkeys, personal_data
from residents.codes import NotSent, send_code_to_add
from residents.entrance import SignedIn, sign_out
from residents.forms import CodeForm, EmailForm, EraseForm, NewKeyForm
from residents.limits import KEYS_PER_CLIENT, TooMany, client
from residents.models import Resident, SigninCode
from residents.views.door import code_page, not_sent

form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
@never_cache
def keys(request: SignedIn) -> HttpResponse:
    """The passkeys that open, and one more if the device can make one."""
    form = NewKeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"] or _("Chiave %(number)s") % {"number": passkeys.of(request.user).count() + 1}
        try:
            passkeys.add(request.user, name, form.cleaned_data["credential"])
        except passkeys.Refused:
            form.add_error(None, _("Questo dispositivo non ha dato una chiave. Riprova: non si è perso niente."))
        else:
            messages.success(request, _("Fatto: da adesso entri anche con «%(name)s».") % {"name": name})
            return redirect("keys")
    return render(request, "residents/keys.html", {"form": form, "keys": passkeys.of(request.user)})


@require_POST
def ask_for_new_key(request: SignedIn) -> HttpResponse:
    """What the script hands to the browser so that it makes a passkey."""
    try:
        KEYS_PER_CLIENT.take(client(request))
    except TooMany as limit:
        return JsonResponse({}, status=429, headers={"Retry-After": str(limit.wait)})
    return JsonResponse(passkeys.ask_for_new(request.user))


@require_POST
def remove_key(request: SignedIn, pk: int) -> HttpResponse:
    get_object_or_404(passkeys.of(request.user), pk=pk).delete()
    messages.success(request, _("Quella chiave non apre più."))
    return redirect("keys")


@form_page
@never_cache
def address(request: SignedIn) -> HttpResponse:
    """An address for who has none, or another one. It changes only once its code is right."""
    form = EmailForm(request.POST or None)
    context = {"form": form}
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["email"] == request.user.email:
            form.add_error("email", _("Questo è già il tuo indirizzo."))
            return render(request, "residents/address.html", context)
        try:
            send_code_to_add(request, form.cleaned_data["email"], request.user)
        except NotSent as refusal:
            return not_sent(request, "residents/address.html", context, refusal)
        return redirect("my-address-code")
    return render(request, "residents/address.html", context)


@form_page
@never_cache
def address_code(request: SignedIn) -> HttpResponse:
    waiting = SigninCode.objects.filter(resident=request.user).first()
    if waiting is None:
        return redirect("my-address")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            waiting.prove(form.cleaned_data["code"])
        except SigninCode.Wrong as wrong:
            form.refuse(wrong)
        else:
            return _move(request, waiting.email)
    return render(request, "residents/address_code.html", code_page(form, waiting))


def _move(request: SignedIn, email: str) -> HttpResponse:
    """Put the proved address in place of the old one, which is told."""
    old = request.user.email
    try:
        with transaction.atomic():
            Resident.objects.filter(pk=request.user.pk).update(email=email)
    except IntegrityError:
        # Whoever reads this proved that the address is theirs, so they may know.
        messages.error(request, _("Con questo indirizzo hai già un altro profilo: esci ed entra con quello."))
        return redirect("my-address")
    if old:
        with suppress(OSError):  # the move stands even if the post does not go out
            letters.tell_moved(old)
    messages.success(request, _("Da adesso entri con %(email)s.") % {"email": email})
    return redirect("profile")


@require_safe
@never_cache
def data(request: SignedIn) -> HttpResponse:
    """Everything that is kept about me, as a file."""
    answer = JsonResponse(personal_data.of(request.user), json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = 'attachment; filename="filo.json"'
    return answer


@form_page
@never_cache
def erase(request: SignedIn) -> HttpResponse:
    """What goes, what stays, and a sign that it is meant. It cannot be taken back."""
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        erasure.erase(request.user)
        response = sign_out(request, redirect("erased"))
        response["Clear-Site-Data"] = '"cache", "cookies", "storage"'
        return response
    return render(request, "residents/erase.html", {"form": form, "warnings": erasure.warnings(request.user)})


@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    return render(request, "residents/erased.html")
