"""A panel hears an objection: its votes are never edited, and its majority binds the decision, whoever writes it."""

import django.db.models.deletion
from django.db import migrations, models

SQL = """
CREATE TRIGGER never_edited BEFORE UPDATE OR DELETE ON public.ledger_panelvote
    FOR EACH ROW EXECUTE FUNCTION public.never_edited();

CREATE FUNCTION public.panel_vote() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM public.ledger_panelseat s JOIN public.ledger_objection o ON o.id = s.objection_id
        WHERE s.id = NEW.seat_id AND s.left_at IS NULL AND o.state = 'OPEN'
    ) THEN
        RAISE EXCEPTION 'panel_votes_before_the_decision: only a member in place votes, before the decision'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'panel_votes_before_the_decision';
    END IF;
    RETURN NEW;
END $body$;
CREATE TRIGGER panel_vote BEFORE INSERT ON public.ledger_panelvote
    FOR EACH ROW EXECUTE FUNCTION public.panel_vote();

CREATE FUNCTION public.panel_seat() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.left_at IS NOT NULL
       OR EXISTS (SELECT 1 FROM public.ledger_panelvote v WHERE v.seat_id = OLD.id) THEN
        RAISE EXCEPTION 'panel_seat_stays: a member who voted or left stays on record'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'panel_seat_stays';
    END IF;
    RETURN NEW;
END $body$;
CREATE TRIGGER panel_seat BEFORE UPDATE OR DELETE ON public.ledger_panelseat
    FOR EACH ROW EXECUTE FUNCTION public.panel_seat();

CREATE FUNCTION public.panel_binds() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
DECLARE
    seats integer;
    votes integer;
    upholds integer;
BEGIN
    SELECT count(*), count(v.id), count(*) FILTER (WHERE v.uphold) INTO seats, votes, upholds
    FROM public.ledger_panelseat s LEFT JOIN public.ledger_panelvote v ON v.seat_id = s.id
    WHERE s.objection_id = NEW.id AND s.left_at IS NULL;
    IF seats % 2 = 0 OR votes < seats OR NEW.heard_on IS NULL OR NEW.minutes = ''
       OR (NEW.state = 'UPHELD') <> (upholds * 2 > seats) THEN
        RAISE EXCEPTION 'panel_binds_the_decision: an objection is decided as the majority of its odd panel voted'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'panel_binds_the_decision';
    END IF;
    RETURN NEW;
END $body$;
CREATE TRIGGER panel_binds BEFORE UPDATE ON public.ledger_objection
    FOR EACH ROW WHEN (OLD.state = 'OPEN' AND NEW.state <> 'OPEN') EXECUTE FUNCTION public.panel_binds();
"""
BACK = """
DROP FUNCTION public.panel_binds() CASCADE; DROP FUNCTION public.panel_seat() CASCADE;
DROP FUNCTION public.panel_vote() CASCADE; DROP TRIGGER never_edited ON public.ledger_panelvote;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0021_letter_scans'),
    ]

    operations = [
        migrations.AddField(
            model_name='objection',
            name='decided_by_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='objection',
            name='heard_on',
            field=models.DateField(help_text="the day of the panel's hearing", null=True),
        ),
        migrations.AddField(
            model_name='objection',
            name='minutes',
            field=models.CharField(blank=True, help_text="number of the panel's minutes", max_length=60),
        ),
        migrations.CreateModel(
            name='PanelSeat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person_id', models.BigIntegerField()),
                ('person_name', models.CharField(max_length=40)),
                ('named_by_id', models.BigIntegerField()),
                ('named_by_name', models.CharField(max_length=40)),
                ('named_at', models.DateTimeField()),
                ('left_at', models.DateTimeField(null=True)),
                ('left_reason', models.CharField(blank=True, max_length=200)),
                ('left_by_name', models.CharField(blank=True, help_text='who replaced them', max_length=40)),
                ('objection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='ledger.objection')),
            ],
        ),
        migrations.CreateModel(
            name='PanelVote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uphold', models.BooleanField(help_text='true: the objection is right; false: the score stays')),
                ('words', models.TextField()),
                ('voted_at', models.DateTimeField()),
                ('seat', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='vote', to='ledger.panelseat')),
            ],
        ),
        migrations.AddConstraint(
            model_name='panelseat',
            constraint=models.UniqueConstraint(condition=models.Q(('left_at__isnull', True)), fields=('objection', 'person_id'), name='a_person_sits_once_on_a_panel'),
        ),
        migrations.AddConstraint(
            model_name='panelseat',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('left_at__isnull', True), ('left_reason', '')), models.Q(('left_at__isnull', False), models.Q(('left_reason', ''), _negated=True)), _connector='OR'), name='whoever_left_a_panel_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='panelvote',
            constraint=models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='panel_vote_says_why'),
        ),
        migrations.RunSQL(SQL, BACK),
    ]
