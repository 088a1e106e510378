"""Pages of tasks on site and of the ledger of what has to be rectified."""

from django.urls import path

from appraisal.inspections.views import rectifications, tasks

TASK, ROW = "tasks/<int:task_id>/", "rectifications/<int:row_id>/"
urlpatterns = [
    path("tasks/", tasks.index, name="tasks"),
    path("tasks/new/", tasks.plan, name="plan-task"),
    path("draws/<int:draw_id>/tasks/", tasks.plan_drawn, name="plan-drawn"),
    path(TASK, tasks.detail, name="task"),
    path(f"{TASK}start/", tasks.start, name="start-task"),
    path(f"{TASK}points/<int:item_id>/", tasks.answer, name="answer-item"),
    path(f"{TASK}findings/", tasks.find, name="record-finding"),
    path(f"{TASK}finish/", tasks.finish, name="finish-task"),
    path(f"{TASK}cancel/", tasks.cancel, name="cancel-task"),
    path("rectifications/", rectifications.index, name="rectifications"),
    path(ROW, rectifications.detail, name="rectification"),
    path(f"{ROW}answer/", rectifications.answer, name="answer-rectification"),
    path(f"{ROW}return/", rectifications.return_, name="return-rectification"),
    path(f"{ROW}close/", rectifications.close, name="close-rectification"),
]
