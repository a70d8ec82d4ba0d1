"""News, jobs and messages on their way: who may see and write them."""
import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from sinergi.kernel.guard import protected


class Migration(migrations.Migration):
    """Deliveries, progress of jobs, messages."""

    dependencies = [
        ('kernel', '0004_clients'),
    ]

    operations = [
        migrations.CreateModel(
            name='Progress',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('job', models.CharField(max_length=64)),
                ('subject', models.CharField(blank=True, max_length=120)),
                ('actor', models.CharField(max_length=64)),
                ('agency', models.CharField(blank=True, max_length=20)),
                ('state', models.CharField(default='waiting', max_length=10)),
                ('done', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(null=True)),
                ('fault', models.CharField(blank=True, max_length=100)),
                ('queued_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'running', 'finished', 'failed'])), name='progress_state')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subscriber', models.CharField(max_length=100)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('due_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('done_at', models.DateTimeField(null=True)),
                ('fault', models.CharField(blank=True, max_length=100)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='kernel.event')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('done_at', None)), fields=['due_at'], name='delivery_due')],
                'constraints': [models.UniqueConstraint(fields=('event', 'subscriber'), name='delivery_once')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('template', models.CharField(max_length=64)),
                ('language', models.CharField(max_length=2)),
                ('channel', models.CharField(max_length=6)),
                ('person_id', models.UUIDField(null=True)),
                ('facts', models.JSONField(default=dict)),
                ('agency', models.CharField(blank=True, max_length=20)),
                ('state', models.CharField(default='queued', max_length=10)),
                ('fault', models.CharField(blank=True, max_length=100)),
                ('queued_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('sent_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('channel__in', ['email', 'sms', 'letter'])), name='message_channel'), models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'sent', 'failed'])), name='message_state'), models.CheckConstraint(condition=models.Q(('user', None), ('person_id', None), _connector='XOR'), name='message_reader')],
            },
        ),
        protected("kernel_delivery", "true"),
        protected("kernel_progress", "agency = sinergi_agency()"),
        protected("kernel_message", "sinergi_national('message.read') OR (sinergi_right('message.read') AND agency = sinergi_agency())",
                  writable="sinergi_national('message.read') OR agency = sinergi_agency()"),
    ]
