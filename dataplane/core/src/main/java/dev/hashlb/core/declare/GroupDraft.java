package dev.hashlb.core.declare;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.RouterGroup;
import dev.hashlb.core.snapshot.TableKind;
import java.util.List;

/**
 * A group of routers of which only the good parts are there, with their places: what rules about several documents look at. Without
 * mistakes it is whole.
 *
 * @param place the document
 */
record GroupDraft(
        Place place,
        NamespacedName name,
        List<Located<Cidr>> destinations,
        List<Located<IpAddress>> gateways,
        HashFields fields,
        TableKind table) {

    RouterGroup toGroup() {
        return new RouterGroup(
                name,
                destinations.stream().map(Located::value).toList(),
                gateways.stream().map(Located::value).toList(),
                fields,
                table);
    }
}
