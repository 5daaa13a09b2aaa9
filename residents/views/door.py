"""Coming in: one field and a code, a passkey, or a link that works once. And going out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from residents import passkeys
from residents.codes import NotSent, send_code
from residents.entrance import expect, expected, half_in, let_in, safe_next, sign_in, sign_out
from residents.forms import CodeForm, EmailForm, KeyForm
from residents.limits import KEYS_PER_CLIENT, TooMany, client
from residents.models import Resident, SigninCode, SigninLink

form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
@never_cache
def door(request: HttpRequest) -> HttpResponse:
    """The one field. Who comes back to change the address finds the one they typed."""
    waiting, destination = expected(request)
    destination = safe_next(request.GET["next"]) if "next" in request.GET else destination
    if request.user.is_authenticated:
        return redirect(destination)
    form = EmailForm(request.POST or None, initial={"email": waiting and waiting.email, "next": destination})
    if request.method == "POST" and form.is_valid():
        return _send(request, form)
    return render(request, "residents/door.html", {"form": form, "destination": destination})


def _send(request: HttpRequest, form: EmailForm) -> HttpResponse:
    destination = safe_next(form.cleaned_data["next"])
    try:
        code = send_code(request, form.cleaned_data["email"])
    except NotSent as refusal:
        return not_sent(request, "residents/door.html", {"form": form, "destination": destination}, refusal)
    expect(request, code, destination)
    return redirect("sign-in-code")


def not_sent(request: HttpRequest, template: str, context: dict[str, Any], refusal: NotSent) -> HttpResponse:
    """The page again with what was typed, and the sentence that says why no letter left."""
    response = render(request, template, {**context, "refusal": refusal.sentence}, status=refusal.status)
    response["Retry-After"] = str(refusal.wait)
    return response


@form_page
@never_cache
def code(request: HttpRequest) -> HttpResponse:
    """The six digits. When they are right the account is there, made now if it is the first time."""
    waiting, destination = expected(request)
    if request.user.is_authenticated:
        return redirect(destination)
    if waiting is None:
        return redirect("sign-in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            waiting.prove(form.cleaned_data["code"])
        except SigninCode.Wrong as wrong:
            form.refuse(wrong)
        else:
            resident = Resident.objects.welcome(waiting.email, interface_language=get_language())
            return let_in(request, resident, destination)
    return render(request, "residents/code.html", code_page(form, waiting))


def code_page(form: CodeForm, waiting: SigninCode) -> dict[str, Any]:
    """What the page of the six digits shows; in the demo, which sends no mail anywhere, the digits too."""
    return {"form": form, "code": waiting, "demo": settings.DEMO}


@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Another code to the same address; the one before it no longer counts."""
    waiting, destination = expected(request)
    if waiting is None:
        return redirect("sign-in")
    try:
        fresh = send_code(request, waiting.email)
    except NotSent as refusal:
        return not_sent(request, "residents/code.html", code_page(CodeForm(), waiting), refusal)
    waiting.delete()
    expect(request, fresh, destination)
    messages.success(request, _("Ti abbiamo mandato un altro codice. Vale solo l’ultimo."))
    return redirect("sign-in-code")


@form_page
@never_cache
def key(request: HttpRequest) -> HttpResponse:
    """A passkey alone opens; after a code, it is the second proof of who must give one."""
    resident, destination = half_in(request)
    if request.method != "POST" and resident is None:
        return redirect("sign-in")
    form = KeyForm(request.POST or None)
    if request.method == "POST":
        destination = destination if resident else safe_next(request.POST.get("next"))
        if form.is_valid():
            try:
                return sign_in(request, passkeys.owner(form.cleaned_data["credential"], resident), destination)
            except passkeys.Refused:
                pass
        form.add_error(None, _("Questa chiave qui non apre. Prova con un’altra, o entra con il codice."))
    return render(request, "residents/key.html", {"form": form, "resident": resident, "destination": destination})


@require_POST
def ask_for_key(request: HttpRequest) -> HttpResponse:
    """What the script hands to the browser so that it shows a passkey."""
    try:
        KEYS_PER_CLIENT.take(client(request))
    except TooMany as limit:
        return JsonResponse({}, status=429, headers={"Retry-After": str(limit.wait)})
    return JsonResponse(passkeys.ask_for_proof(half_in(request)[0]))


@form_page
@never_cache
def link(request: HttpRequest, token: str) -> HttpResponse:
    """One button. Opening the page uses nothing up: programs that look into mails open every address they find."""
    if request.method == "POST":
        used = SigninLink.use(token)
        if used:
            destination = resolve_url("keys") if used.enrols_passkey else safe_next(None)
            return sign_in(request, used.resident, destination)
    good = SigninLink.objects.good(token).select_related("resident").first()
    return render(request, "residents/link.html", {"link": good}, status=200 if good else 410)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Out, on this device alone. Pressed twice it is still out."""
    return sign_out(request, redirect("sign-in"))
