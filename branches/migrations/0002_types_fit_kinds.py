"""Before types are bound to kinds: what an earlier version let through is set to the usual type of its kind."""

from django.db import migrations

FITTING = {
    "organ_committee": (("611", "911"), "611"),
    "general_branch": (("621", "921"), "621"),
    "branch": (("631", "632", "931", "932"), "631"),
}


def fit(apps, schema_editor):
    organisations = apps.get_model("branches", "Organisation").objects
    for kind in organisations.order_by().values_list("kind", flat=True).distinct():
        types, usual = FITTING.get(kind, ((), ""))
        organisations.filter(kind=kind).exclude(type_code__in=["", *types]).update(type_code=usual)


class Migration(migrations.Migration):
    dependencies = [("branches", "0001_initial")]

    operations = [migrations.RunPython(fit, migrations.RunPython.noop)]
