"""The payloads of the printer's commands."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from xfs4iot.server.commands import Parameters

Name = Annotated[str, Meta(max_length=100)]
BinNumber = Annotated[int, Meta(ge=1, le=20)]
Base64 = Annotated[str, Meta(pattern="^[A-Za-z0-9+/]*={0,2}$")]


class MediaControl(Parameters):
    eject: bool = False
    perforate: bool = False
    cut: bool = False
    skip: bool = False
    flush: bool = False
    retract: bool = False
    stack: bool = False
    partial_cut: bool = False
    alarm: bool = False
    forward: bool = False
    backward: bool = False
    turn_media: bool = False
    stamp: bool = False
    park: bool = False
    expel: bool = False
    eject_to_transport: bool = False
    rotate180: bool = False
    clear_buffer: bool = False


SUPPORTED_CONTROLS = frozenset(
    {"eject", "cut", "flush", "retract", "expel", "forward", "backward", "stamp", "clear_buffer"}
)


class ControlMedia(Parameters):
    media_control: MediaControl


class QueryForm(Parameters):
    form_name: Name


class QueryMedia(Parameters):
    media_name: Name


class QueryField(Parameters):
    form_name: Name
    field_name: Name | None = None


class PrintForm(Parameters):
    form_name: Name
    media_name: Name | None = None
    fields: Annotated[dict[str, Annotated[str, Meta(max_length=10_000)]], Meta(max_length=200)] = (
        msgspec.field(default_factory=dict)
    )
    media_control: MediaControl | None = None
    paper_source: Name | None = None


class ReadForm(Parameters):
    form_name: Name
    field_names: Annotated[list[Name], Meta(max_length=200)] | None = None
    media_name: Name | None = None
    media_control: MediaControl | None = None


class PrintRaw(Parameters):
    data: Base64
    input_data: Literal["no", "yes"] = "no"


class PrintNative(Parameters):
    data: Base64
    media_control: MediaControl | None = None
    paper_source: Name | None = None


class ImageSource(Parameters):
    front: bool = False
    back: bool = False
    codeline: bool = False


class ReadImage(Parameters):
    front_image_type: Literal["tif", "wmf", "bmp", "jpg"] = "bmp"
    back_image_type: Literal["tif", "wmf", "bmp", "jpg"] = "bmp"
    image_source: ImageSource | None = None


class RetractMedia(Parameters):
    bin_number: BinNumber | None = None


class ResetCount(Parameters):
    bin_number: Annotated[int, Meta(ge=0, le=20)] | None = None


class Reset(Parameters):
    media_control: Literal["eject", "retract", "expel"] = "eject"
    retract_bin_number: BinNumber = 1


class DispensePaper(Parameters):
    paper_source: Name = "upper"


class ControlPassbook(Parameters):
    action: Literal["forward", "backward", "closeForward", "closeBackward"]
    count: Annotated[int, Meta(ge=1, le=100)] = 1
