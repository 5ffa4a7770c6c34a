package dev.hashlb.core.declare;

import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.IngressMode;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.ReturnMode;
import dev.hashlb.core.snapshot.TableKind;
import dev.hashlb.core.snapshot.UndeclaredPorts;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The words that documents use for the alternatives of the snapshot's enums. */
public final class Choices {
    public static final Map<String, Protocol> PROTOCOL = Map.of("TCP", Protocol.TCP, "UDP", Protocol.UDP);
    public static final Map<String, Delivery> DELIVERY = Map.of("Address", Delivery.ADDRESS, "Nat", Delivery.NAT);
    public static final Map<String, HashFields> FIELDS =
            Map.of("FiveTuple", HashFields.FIVE_TUPLE, "SourceAndService", HashFields.SOURCE_AND_SERVICE);
    public static final Map<String, TableKind> TABLE = Map.of("Modulo", TableKind.MODULO, "Stable", TableKind.STABLE);
    public static final Map<String, IngressMode> INGRESS =
            Map.of("AnyNode", IngressMode.ANY_NODE, "SelfSelect", IngressMode.SELF_SELECT);
    public static final Map<String, ReturnMode> RETURN =
            Map.of("Direct", ReturnMode.DIRECT, "Node", ReturnMode.NODE, "Gateway", ReturnMode.GATEWAY);
    public static final Map<String, UndeclaredPorts> UNDECLARED_PORTS =
            Map.of("Reject", UndeclaredPorts.REJECT, "Drop", UndeclaredPorts.DROP);

    private Choices() {}

    /** The word for an alternative, for example {@code FiveTuple}. */
    public static <T> String word(Map<String, T> choices, T alternative) {
        return choices.entrySet().stream()
                .filter(e -> e.getValue().equals(alternative))
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    /** What a word means; the default if it is left out, or wrong and told. */
    static <T> T choose(
            Map<String, T> choices, @Nullable String word, T defaultChoice, Place place, Findings findings) {
        if (word == null) {
            return defaultChoice;
        }
        T chosen = choices.get(word);
        if (chosen == null) {
            findings.mistake(place, word, "is not known here", Spelling.remedy(word, choices.keySet()));
            return defaultChoice;
        }
        return chosen;
    }
}
