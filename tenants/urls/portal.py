"""Sign-in, the account, and the choice of an office; mounted at /."""

from django.urls import path

from tenants.views import account, portal, second_factor, sessions

urlpatterns = [
    path("", portal.portal, name="portal"),
    path("sign-in/", account.sign_in_page, name="sign-in"),
    path("sign-in/second/", second_factor.second_step, name="sign-in-second"),
    path("sign-out/", account.sign_out, name="sign-out"),
    path("account/", account.account, name="account"),
    path("account/password/", account.change_password, name="change-password"),
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
