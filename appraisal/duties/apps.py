from django.apps import AppConfig


class DutiesConfig(AppConfig):
    name = "appraisal.duties"
    label = "duties"

    def ready(self) -> None:
        from appraisal.duties.selectors import todos
        from tenants import menu

        menu.counter("duties")(todos.count)
        menu.counter("my-duties")(todos.count_mine)
