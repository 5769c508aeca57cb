"""How structs that go over the wire as arrays are described: as tuples, not as objects."""

from typing import TYPE_CHECKING, Any

import msgspec
from litestar.openapi.spec import OpenAPIType, Schema
from litestar.plugins import OpenAPISchemaPlugin
from litestar.typing import FieldDefinition

if TYPE_CHECKING:
    from litestar._openapi.schema_generation import SchemaCreator


class ArrayStructs(OpenAPISchemaPlugin):
    """Describes structs with ``array_like``; Litestar's own plugin takes them for objects."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        if field_definition.is_union or not field_definition.is_subclass_of(msgspec.Struct):
            return False
        struct: Any = field_definition.annotation
        return bool(struct.__struct_config__.array_like)

    def to_openapi_schema(
        self, field_definition: FieldDefinition, schema_creator: "SchemaCreator"
    ) -> Schema:
        struct: Any = field_definition.annotation
        items = [
            schema_creator.for_field_definition(FieldDefinition.from_annotation(field.type))
            for field in msgspec.structs.fields(struct)
        ]
        names = ", ".join(field.name for field in msgspec.structs.fields(struct))
        return Schema(
            type=OpenAPIType.ARRAY,
            prefix_items=items,
            min_items=len(items),
            max_items=len(items),
            description=f"[{names}]",
        )
