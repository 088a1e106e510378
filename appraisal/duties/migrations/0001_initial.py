"""Responsibility lists of an office, and what was delivered."""

import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0008_no_table_is_emptied'),
        ('ledger', '0015_decomposition'),
    ]

    operations = [
        migrations.CreateModel(
            name='Breakdown',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(help_text='of the indicator, as the letter names it', max_length=10)),
                ('lock_version', models.PositiveIntegerField(default=0, help_text='grows with each save; a stale save is refused')),
                ('updated_by_name', models.CharField(max_length=40)),
                ('updated_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Duty',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, help_text='the same duty in the next version of the list')),
                ('position', models.PositiveSmallIntegerField(help_text='its place under the target, from 0')),
                ('kind', models.CharField(choices=[('division', '科室'), ('county', '县（市、区）'), ('person', '个人')], max_length=8)),
                ('ref', models.CharField(help_text='id of the division or person, code of the county', max_length=20)),
                ('name', models.CharField(help_text='what the division, county or person was called', max_length=60)),
                ('task', models.CharField(blank=True, max_length=200)),
                ('owner_id', models.BigIntegerField(help_text='account of who answers for it', null=True)),
                ('owner_name', models.CharField(blank=True, max_length=40)),
                ('partner', models.CharField(blank=True, help_text='who helps', max_length=120)),
                ('due_on', models.DateField(null=True)),
                ('deliverable', models.CharField(blank=True, max_length=200)),
                ('year_target', models.DecimalField(decimal_places=4, help_text="its part of the year's target, in the indicator's unit", max_digits=18, null=True)),
                ('q1', models.DecimalField(decimal_places=4, help_text='cumulative, as in the letter', max_digits=18, null=True)),
                ('q2', models.DecimalField(decimal_places=4, help_text='the same, to the end of June', max_digits=18, null=True)),
                ('q3', models.DecimalField(decimal_places=4, help_text='to the end of September', max_digits=18, null=True)),
                ('breakdown', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='duties', to='duties.breakdown')),
                ('under', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='children', to='duties.duty')),
            ],
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(help_text='of the duty')),
                ('kind', models.CharField(choices=[('DONE', '已完成'), ('RETURNED', '已退回')], max_length=8)),
                ('text', models.CharField(max_length=500)),
                ('late', models.BooleanField(help_text="after the duty's day")),
                ('by_id', models.BigIntegerField()),
                ('by_name', models.CharField(max_length=40)),
                ('at', models.DateTimeField()),
                ('duty', models.ForeignKey(help_text='in the list then', on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='duties.duty')),
            ],
        ),
        migrations.CreateModel(
            name='ResponsibilityList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('letter_version', models.PositiveSmallIntegerField(help_text='the version of the letter that is broken down')),
                ('number', models.PositiveSmallIntegerField(help_text='1, 2, 3 … in the letter')),
                ('state', models.CharField(choices=[('DRAFT', '草拟中'), ('SUBMITTED', '待确认'), ('CONFIRMED', '已确认'), ('REPLACED', '已更新')], default='DRAFT', max_length=10)),
                ('population', models.JSONField(default=dict, help_text='code of the county → registered people, to share by')),
                ('begun_by_name', models.CharField(max_length=40)),
                ('begun_at', models.DateTimeField()),
                ('submitted_by_id', models.BigIntegerField(null=True)),
                ('submitted_by_name', models.CharField(blank=True, max_length=40)),
                ('submitted_at', models.DateTimeField(null=True)),
                ('short_reason', models.CharField(blank=True, help_text='why sums fall short of their targets', max_length=500)),
                ('send_back_reason', models.CharField(blank=True, max_length=500)),
                ('confirmed_by_name', models.CharField(blank=True, max_length=40)),
                ('confirmed_by_role', models.CharField(blank=True, max_length=120)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('content_sha256', models.CharField(blank=True, help_text='as the bureau was told', max_length=64)),
                ('letter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.targetletter')),
            ],
        ),
        migrations.AddField(
            model_name='breakdown',
            name='list',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='breakdowns', to='duties.responsibilitylist'),
        ),
        migrations.CreateModel(
            name='DeliveryEvidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evidence', to='duties.delivery')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.storedfile')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('delivery', 'file'), name='a_file_proves_a_delivery_once')],
            },
        ),
        migrations.AddIndex(
            model_name='duty',
            index=models.Index(fields=['owner_id'], name='duties_of_a_person'),
        ),
        migrations.AddConstraint(
            model_name='duty',
            constraint=models.UniqueConstraint(fields=('breakdown', 'under', 'kind', 'ref'), name='a_party_has_one_line_there', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='duty',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('q1__isnull', True), ('q2__isnull', True), ('q3__isnull', True)), models.Q(('q1__isnull', False), ('q2__isnull', False), ('q3__isnull', False), ('year_target__isnull', False)), _connector='OR'), name='duty_has_all_quarters_or_none'),
        ),
        migrations.AddConstraint(
            model_name='duty',
            constraint=models.CheckConstraint(condition=models.Q(('owner_id__isnull', True), models.Q(('owner_name', ''), _negated=True), _connector='OR'), name='who_owns_has_a_name'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['key', '-id'], name='deliveries_of_a_duty'),
        ),
        migrations.AddConstraint(
            model_name='responsibilitylist',
            constraint=models.UniqueConstraint(fields=('letter', 'number'), name='list_is_numbered_once'),
        ),
        migrations.AddConstraint(
            model_name='responsibilitylist',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['DRAFT', 'SUBMITTED'])), fields=('letter',), name='one_list_is_worked_on'),
        ),
        migrations.AddConstraint(
            model_name='responsibilitylist',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'CONFIRMED')), fields=('letter',), name='one_list_is_in_force'),
        ),
        migrations.AddConstraint(
            model_name='responsibilitylist',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at__isnull', True), ('content_sha256', ''), ('state__in', ['DRAFT', 'SUBMITTED'])), models.Q(('confirmed_at__isnull', False), ('state__in', ['CONFIRMED', 'REPLACED']), models.Q(('content_sha256', ''), _negated=True)), _connector='OR'), name='confirmed_list_has_who_when_and_hash'),
        ),
        migrations.AddConstraint(
            model_name='responsibilitylist',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'DRAFT'), models.Q(('submitted_at__isnull', False), ('submitted_by_id__isnull', False)), _connector='OR'), name='submitted_list_has_who_and_when'),
        ),
        migrations.AddConstraint(
            model_name='breakdown',
            constraint=models.UniqueConstraint(fields=('list', 'code'), name='a_target_is_broken_down_once'),
        ),
    ]
