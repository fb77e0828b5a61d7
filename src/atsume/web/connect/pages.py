"""The pages of a connection flow: what a request for a link leads to. A fault becomes a page that says what to do."""

from litestar import Response
from litestar.response import Redirect
from msgspec import structs

from atsume.errors import AtsumeError
from atsume.integrations import flow as flows
from atsume.integrations import links
from atsume.integrations.flow import Surroundings
from atsume.model.environment import caller_name
from atsume.model.permission import Finding
from atsume.observe import log
from atsume.store.rows import ConnectLink, Purpose
from atsume.web import render
from atsume.web.connect import forms, views
from atsume.web.connect.forms import Form
from atsume.web.contexts import DonePage, GonePage, InvitePage
from atsume.web.texts import Translator

OPEN_HEADERS = render.headers(frame_ancestors="*")


class Pages:
    """Answers requests for connect links."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def show(self, token: str, step: str, language: str) -> Response:
        """Return the page of a step; of the first open one when it is not reached yet."""
        link = links.found(self._around.store, token)
        if (gone := self._gone(link, language)) is not None or link is None:
            return gone or self.gone("unknown", language)
        visit = Visit(self._around, link, token, language)
        return visit.step(step)

    def act(self, form: Form) -> Response:
        """Return the answer to a posted form: mostly the way to the next step."""
        token, language = form["token"], form["lang"]
        link = links.found(self._around.store, token)
        if (gone := self._gone(link, language)) is not None or link is None:
            return gone or self.gone("unknown", language)
        visit = Visit(self._around, link, token, language)
        try:
            return visit.act(form)
        except AtsumeError as fault:
            log.info("a connection flow met a fault", link_id=link.id, code=fault.code.wire)
            return visit.fault(fault)

    def check(self, form: Form) -> dict[str, str] | None:
        """Return what is wrong with what was typed in so far, by field, for checks while typing; None: no such link."""
        link = links.found(self._around.store, form["token"])
        if link is None:
            return None
        if self._gone(link, form["lang"]) is not None:
            return {}
        visit = Visit(self._around, link, form["token"], form["lang"])
        if visit.flow.connector is None or visit.flow.connector.guide is None:
            return {}
        given = {name: value for name, value in form.values.items() if value}
        return {name: visit.t(f"fault.{key}") for name, key in visit.flow.guide.faults(given)}

    def gone(self, why: str, language: str, status: int = 404) -> Response:
        """Return the page of a link that leads nowhere."""
        t = Translator(language)
        context = GonePage(t(f"gone.{why}"), t(f"gone.{why}_intro"))
        return render.page("connect/gone.html", context, t, OPEN_HEADERS, status)

    def _gone(self, link: ConnectLink | None, language: str) -> Response | None:
        if link is None:
            return None
        language = language or link.answers.language or link.wish.language
        if link.is_used(self._around.now()):
            return self.gone("used", language, 410)
        if link.expires_at <= self._around.now():
            return self.gone("expired", language, 410)
        return None if flows.has_its_integration(self._around, link) else self.gone("deleted", language, 410)


class Visit:
    """One request for a good link."""

    def __init__(self, around: Surroundings, link: ConnectLink, token: str, language: str) -> None:
        self.around, self.token = around, token
        self.flow = flows.load(around, link)
        environment = around.store.environment(link.environment_id)
        self.caller = caller_name(environment.name, environment.settings) if environment is not None else ""
        origins = environment.settings.connect_origins if environment is not None else ()
        self.headers = render.headers(frame_ancestors=render.ancestors(origins))
        self.language = language or link.answers.language or link.wish.language
        self.t = views.translator(self.flow, self.caller, self.language)

    def step(self, wanted: str) -> Response:
        """Return the page of a step."""
        if wanted == "invite":
            return self._invite()
        reached = self.flow.step()
        steps = self.flow.steps()
        may = wanted in steps and steps.index(wanted) <= steps.index(reached)
        return self._page(wanted if may else reached)

    def act(self, form: Form) -> Response:
        """Do what a form asks for."""
        step, do = form["step"], form["do"]
        if do.startswith("language:"):
            answers = structs.replace(self.flow.answers, language=Translator(do.partition(":")[2]).language)
            flows.keep(self.flow, answers, flows.typed(self.flow))
            return Redirect(views.start_url(self.token, step), status_code=303)
        steps = self.flow.steps()
        if step not in steps or steps.index(step) > steps.index(self.flow.step()):
            return self._to(self.flow.step())
        if step == "test":
            return self._test(do)
        taken = {"tool": self._tool, "data": self._data, "mapping": self._mapping}.get(step)
        if taken is not None:
            return taken(form)
        return self._on(step) if step == "prerequisites" else self._chapter(step, form, do)

    def fault(self, fault: AtsumeError) -> Response:
        """Return a page that says what went wrong, with the way back."""
        context = GonePage(self.t("gone.fault"), fault.message)
        return render.page("connect/gone.html", context, self.t, self.headers, 400)

    def _tool(self, form: Form) -> Response:
        connector = self.around.connectors.get(form["tool"])
        if connector is None or connector.guide is None:
            return self._to("tool")
        answers = flows.passed(self.flow, "tool", tool=connector.id)
        self.flow = flows.keep(self.flow, answers, flows.typed(self.flow))
        return self._to("data")

    def _data(self, form: Form) -> Response:
        chosen = forms.opted_out(self.flow, form)
        self.flow = flows.keep(self.flow, flows.passed(self.flow, "data", opted_out=chosen), flows.typed(self.flow))
        return self._after("data")

    def _on(self, step: str) -> Response:
        self.flow = flows.keep(self.flow, flows.passed(self.flow, step), flows.typed(self.flow))
        return self._after(step)

    def _chapter(self, step: str, form: Form, do: str) -> Response:
        chapter = next(c for c in (*self.flow.guide.chapters, self.flow.guide.source) if c is not None and c.id == step)
        is_source = self.flow.guide.source is not None and step == self.flow.guide.source.id
        if is_source and do == "skip":
            return self._end()
        filled = forms.filled(self.flow, chapter, form, self.t)
        if filled.faults:
            return self._page(step, form, filled.faults, 422)
        answers = structs.replace(self.flow.answers, settings=filled.settings)
        self.flow = flows.keep(self.flow, answers, filled.credentials)
        if is_source:
            return self._source(step, form)
        self.flow = flows.keep(self.flow, flows.passed(self.flow, step), filled.credentials)
        was_tested = bool(self.flow.answers.permissions)  # then this was a correction: back to what it was made for
        following = "test" if was_tested and "test" in self.flow.steps() else self._following(step)
        if following == "test":
            self.flow = flows.test(self.flow)
        return self._to(following)

    def _source(self, step: str, form: Form) -> Response:
        """Prove the source before the flow ends; one that the tool does not know goes back to the form."""
        setting = self.flow.guide.source_setting or ""
        if self.flow.answers.settings.get(setting):
            probes = [probe.id for probe in self.flow.guide.probes if probe.chapter == step]
            self.flow = flows.test(self.flow, *probes)
            wrong = [p for p in flows.told(self.flow, self.language) if p.probe in probes]
            if wrong and wrong[0].finding is Finding.MISSING:
                return self._page(step, form, {setting: wrong[0].sentence}, 422)
        return self._end()

    def _mapping(self, form: Form) -> Response:
        """Keep the choices; `again` looks for fields once more."""
        mapped = forms.mapped(self.flow, form)
        self.flow = flows.keep(self.flow, structs.replace(self.flow.answers, mapped=mapped), flows.typed(self.flow))
        if form["do"] == "again":
            self.flow = flows.look(self.flow)
            return self._to("mapping")
        return self._on("mapping") if self.flow.steps()[-1] != "mapping" else self._end()

    def _test(self, do: str) -> Response:
        if do == "exchange":
            credentials = flows.typed(self.flow)
            credentials["client_id"], credentials["client_secret"] = (
                credentials.get("client_secret", ""),
                credentials.get("client_id", ""),
            )
            self.flow = flows.keep(self.flow, self.flow.answers, credentials)
        if do != "next":
            self.flow = flows.test(self.flow)
            return self._to("test")
        if not flows.may_end(self.flow):
            return self._to("test")
        if "mapping" in self.flow.steps() and not self.flow.answers.found:
            self.flow = flows.look(self.flow)
        return self._on("test") if self.flow.steps()[-1] != "test" else self._end()

    def _end(self) -> Response:
        if not flows.may_end(self.flow):
            return self._to("test")
        ended = flows.end(self.flow)
        around = views.shell(self.flow, self.t, self.token, self.flow.steps()[-1], self.caller)
        is_setup = self.flow.link.wish.purpose is Purpose.SETUP
        context = DonePage(around, ended.activation_token, is_setup)
        return render.page("connect/done.html", context, self.t, self.headers)

    def _invite(self) -> Response:
        around = views.shell(self.flow, self.t, self.token, self.flow.step(), self.caller)
        link = links.invite(self.around.store, self.around.public_url, self.flow.link, self.around.now())
        context = InvitePage(around, link, views.mail(self.t, link))
        return render.page("connect/invite.html", context, self.t, self.headers)

    def _page(
        self, step: str, form: Form | None = None, faults: dict[str, str] | None = None, status: int = 200
    ) -> Response:
        flow, t = self.flow, self.t
        around = views.shell(flow, t, self.token, step, self.caller)
        if step == "tool":
            name, context = "tool", views.tool_page(flow, around)
        elif step == "data":
            name, context = "data", views.data_page(flow, around, t)
        elif step == "prerequisites":
            name, context = "prerequisites", views.prerequisites_page(flow, around, t)
        elif step == "test":
            name, context = "test", views.test_page(flow, around, self.language)
        elif step == "mapping":
            name, context = "mapping", views.mapping_page(flow, around, t)
        else:
            chapter = next(c for c in (*flow.guide.chapters, flow.guide.source) if c is not None and c.id == step)
            given = forms.shown(flow, chapter, form)
            name = "chapter"
            context = views.chapter_page(flow, around, t, chapter, given, forms.held(flow), faults or {})
        return render.page(f"connect/{name}.html", context, t, self.headers, status)

    def _following(self, step: str) -> str:
        steps = self.flow.steps()
        return steps[min(steps.index(step) + 1, len(steps) - 1)]

    def _after(self, step: str) -> Response:
        return self._to(self._following(step))

    def _to(self, step: str) -> Response:
        return Redirect(views.start_url(self.token, step), status_code=303, headers=self.headers)
