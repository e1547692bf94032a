"""The tables. Money in fen, lengths in samples or seconds, wall times in UTC."""

from __future__ import annotations

from django.db import models

from ivr_runtime.records.setup import start_django

start_django()  # so that a module which imports models can be imported before `setup`


class Call(models.Model):
    """One conversation, from seizure to release. A call that only rang has no `answered_at`."""

    id = models.CharField(primary_key=True, max_length=40)
    card = models.CharField(max_length=40, default="")
    line = models.CharField(max_length=40, default="")
    caller_number = models.CharField(max_length=40, default="", db_index=True)
    caller_name = models.CharField(max_length=80, default="")
    language = models.CharField(max_length=16, default="")
    started_at = models.DateTimeField(null=True, db_index=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    started = models.BigIntegerField(null=True, help_text="sample of the card's clock")
    answered = models.BigIntegerField(null=True)
    ended = models.BigIntegerField(null=True)
    end_reason = models.CharField(max_length=40, default="")
    recording = models.CharField(max_length=500, default="")

    def __str__(self) -> str:
        return self.id


class Step(models.Model):
    """One entry of a call's trace. at: sample of the card's clock. number: counts from 1 within the call."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveIntegerField()
    path = models.CharField(max_length=300)
    at = models.BigIntegerField()
    what = models.CharField(max_length=40)
    outcome = models.CharField(max_length=200, default="")
    facts = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "number"], name="step_once")]


class Product(models.Model):
    """Something a caller may ask for and order. quota: the most in one order."""

    code = models.CharField(primary_key=True, max_length=20)
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    price = models.PositiveBigIntegerField(help_text="fen")
    quota = models.PositiveIntegerField()
    stock = models.PositiveIntegerField()
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["code"]
        constraints = [models.CheckConstraint(condition=models.Q(stock__gte=0), name="stock_not_negative")]

    def __str__(self) -> str:
        return self.code


class Order(models.Model):
    """A confirmed order. key: what the call gave to place it once. number: spoken to the caller, with a check digit."""

    number = models.CharField(max_length=20, unique=True, null=True)
    key = models.CharField(max_length=100, unique=True)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="orders")
    caller = models.CharField(max_length=40, default="")
    total = models.PositiveBigIntegerField(help_text="fen")
    created = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return self.number or ""


class OrderLine(models.Model):
    """So many of one product at the price of that moment."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    price = models.PositiveBigIntegerField(help_text="fen for one")


class Message(models.Model):
    """A voice message. file: the sound, as the runtime named it. samples at 8 kHz."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="messages")
    topic = models.CharField(max_length=100, default="")
    callback = models.CharField(max_length=40, default="")
    file = models.CharField(max_length=500, unique=True)
    samples = models.PositiveBigIntegerField()
    state = models.CharField(max_length=10, choices=[("new", "new"), ("heard", "heard")], default="new")
    created = models.DateTimeField(auto_now_add=True, db_index=True)

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.samples / 8000
