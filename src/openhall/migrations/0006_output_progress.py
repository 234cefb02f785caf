"""How far an output is, cancelling it, and outputs of sources of answers that are not in the database. Decision 0018."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('openhall', '0005_extract'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='output',
            name='one_output_per_data',
        ),
        migrations.AddField(
            model_name='output',
            name='attempt',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='output',
            name='part',
            field=models.PositiveBigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='output',
            name='parts',
            field=models.PositiveBigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='output',
            name='rows',
            field=models.PositiveBigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='output',
            name='source',
            field=models.CharField(blank=True, default='', max_length=40),
        ),
        migrations.AddField(
            model_name='output',
            name='step_began',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='output',
            name='state',
            field=models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='waiting', max_length=12),
        ),
        migrations.AlterField(
            model_name='output',
            name='wave',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='outputs', to='openhall.wave'),
        ),
        migrations.AddConstraint(
            model_name='output',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('source', ''), ('wave__isnull', False)), models.Q(('wave__isnull', True), models.Q(('source', ''), _negated=True)), _connector='OR'), name='output_of_one_thing'),
        ),
        migrations.AddConstraint(
            model_name='output',
            constraint=models.UniqueConstraint(condition=models.Q(('wave__isnull', False)), fields=('wave', 'language', 'format', 'fingerprint'), name='one_output_per_data'),
        ),
        migrations.AddConstraint(
            model_name='output',
            constraint=models.UniqueConstraint(condition=models.Q(('wave__isnull', True)), fields=('source', 'language', 'format', 'fingerprint'), name='one_output_per_source'),
        ),
    ]
