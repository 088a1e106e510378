"""Sign-in, the account, and the choice of an office; mounted at /."""

from django.urls import path

from tenants.views import account, confirm, emergency, identity, portal, second_factor, sessions

urlpatterns = [
    path("", portal.portal, name="portal"),
    path("sign-in/", account.sign_in_page, name="sign-in"),
    path("sign-in/second/", second_factor.second_step, name="sign-in-second"),
    path("sign-in/emergency/", emergency.open_page, name="emergency-open"),
    path("sign-in/with/<int:provider_id>/", identity.begin, name="identity-begin"),
    path("sign-in/callback/", identity.callback, name="identity-callback"),
    path("sign-in/back-channel/<int:provider_id>/", identity.back_channel, name="identity-back-channel"),
    path("sign-out/provider/", identity.leave, name="identity-leave"),
    path("sign-out/", account.sign_out, name="sign-out"),
    path("account/", account.account, name="account"),
    path("account/password/", account.change_password, name="change-password"),
    path("account/confirm/", confirm.confirm, name="confirm"),
    path("account/identities/<int:provider_id>/link/", identity.link, name="identity-link"),
    path("account/identities/<int:link_id>/unlink/", identity.unlink, name="identity-unlink"),
    path("account/sessions/others/end/", sessions.end_others, name="sessions-end-others"),
    path("account/sessions/<int:number>/end/", sessions.end, name="session-end"),
    path("account/second-factor/", second_factor.index, name="second-factor"),
    path("account/second-factor/begin/", second_factor.begin, name="second-factor-begin"),
    path("account/second-factor/confirm/", second_factor.confirm, name="second-factor-confirm"),
    path("account/second-factor/codes/", second_factor.renew, name="second-factor-codes"),
    path("account/second-factor/remove/", second_factor.remove, name="second-factor-remove"),
    path("browsers/", portal.browsers, name="browsers"),
    path("language/", portal.set_language, name="set_language"),
    path("theme/", portal.set_theme, name="set-theme"),
    path("session/extend/", portal.extend_session, name="extend-session"),
]
