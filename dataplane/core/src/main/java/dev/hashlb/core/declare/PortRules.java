package dev.hashlb.core.declare;

import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.ServicePort;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Rules about the ports of one balancer. */
final class PortRules {
    private static final int GREATEST_PORT = 65535;

    private final Findings findings;
    private final List<Located<ServicePort>> good = new ArrayList<>();

    PortRules(Findings findings) {
        this.findings = findings;
    }

    List<Located<ServicePort>> check(@Nullable List<HashLoadBalancer.Port> ports, Place place) {
        if (ports == null || ports.isEmpty()) {
            findings.mistake(
                    place, null, ports == null ? "is missing" : "is empty", "list at least one, such as {port: 80}");
            return List.of();
        }
        for (int i = 0; i < ports.size(); i++) {
            check(ports.get(i), place.item(i));
        }
        return good;
    }

    private void check(HashLoadBalancer.@Nullable Port declared, Place place) {
        if (declared == null) {
            findings.mistake(place, null, "is empty", "write a port such as {port: 80}");
            return;
        }
        Protocol protocol = Choices.choose(
                Choices.PROTOCOL, declared.protocol(), Defaults.PROTOCOL, place.field("protocol"), findings);
        Delivery delivery = Choices.choose(
                Choices.DELIVERY,
                declared.delivery(),
                Delivery.defaultFor(protocol),
                place.field("delivery"),
                findings);
        String name = declared.name() == null ? "" : Names.label(declared.name(), place.field("name"), findings);
        OptionalInt port = number(declared.port(), place.field("port"), true);
        OptionalInt target = target(declared.targetPort(), port, place.field("targetPort"));
        for (Located<ServicePort> other : good) {
            tellConflicts(name, protocol, port, target, declared.targetPort() != null, other, place);
        }
        if (port.isPresent() && target.isPresent()) {
            ServicePort complete = new ServicePort(name, protocol, port.getAsInt(), target.getAsInt(), delivery);
            good.add(new Located<>(complete, place));
        }
    }

    private void tellConflicts(
            String name,
            Protocol protocol,
            OptionalInt port,
            OptionalInt target,
            boolean targetIsWritten,
            Located<ServicePort> other,
            Place place) {
        ServicePort taken = other.value();
        String byOther = " by " + other.place().shortPath();
        if (!name.isEmpty() && taken.name().equals(name)) {
            findings.mistake(place.field("name"), name, "is already used" + byOther, "give each port its own name");
        }
        if (taken.protocol() != protocol || port.isEmpty() || target.isEmpty()) {
            return;
        }
        String usedBy = "is already used" + byOther + " (" + protocol + ")";
        if (taken.port() == port.getAsInt()) {
            findings.mistake(place.field("port"), port.getAsInt(), usedBy, "leave one of them out");
        } else if (taken.targetPort() == target.getAsInt()) {
            // Replies carry nothing but the target port, so two ports with one target could not be told apart.
            findings.mistake(
                    targetIsWritten ? place.field("targetPort") : place.field("port"),
                    target.getAsInt(),
                    targetIsWritten ? usedBy : "as target " + usedBy,
                    "give each port its own target");
        }
    }

    private OptionalInt target(@Nullable TargetPort target, OptionalInt port, Place place) {
        return switch (target) {
            case null -> port;
            case TargetPort.Numbered number -> number(number.port(), place, false);
            case TargetPort.Named name -> {
                findings.mistake(
                        place,
                        name.name(),
                        "is a name, and only pods in Kubernetes have named ports",
                        "write the port's number");
                yield OptionalInt.empty();
            }
        };
    }

    private OptionalInt number(@Nullable Long value, Place place, boolean required) {
        if (value == null) {
            if (required) {
                findings.mistake(place, null, "is missing", "write a number from 1 to " + GREATEST_PORT);
            }
            return OptionalInt.empty();
        }
        if (value < 1 || value > GREATEST_PORT) {
            findings.mistake(place, value, "is not a port", "write a number from 1 to " + GREATEST_PORT);
            return OptionalInt.empty();
        }
        return OptionalInt.of(value.intValue());
    }
}
