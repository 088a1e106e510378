"""Pages of the draw."""

from django.urls import path

from appraisal.inspections.views import draws

DRAW = "draws/<int:draw_id>/"
urlpatterns = [
    path("draws/", draws.index, name="draws"),
    path("draws/new/", draws.prepare, name="prepare-draw"),
    path(DRAW, draws.detail, name="draw"),
    path(f"{DRAW}leave-out/", draws.leave_out, name="leave-out"),
    path(f"{DRAW}inspectors/", draws.inspectors, name="choose-inspectors"),
    path(f"{DRAW}recount/", draws.recount, name="recount-draw"),
    path(f"{DRAW}freeze/", draws.freeze, name="freeze-draw"),
    path(f"{DRAW}void/", draws.void, name="void-draw"),
    path(f"{DRAW}hash/", draws.commit, name="commit-hash"),
    path(f"{DRAW}phrase/", draws.reveal, name="reveal-phrase"),
    path(f"{DRAW}now/", draws.draw_now, name="draw-now"),
    path(f"{DRAW}list.json", draws.frozen_list, name="draw-list"),
    path(f"{DRAW}result.json", draws.result, name="draw-result"),
    path(f"{DRAW}redo_draw.py", draws.script, name="draw-script"),
]
