package dev.hashlb.operator.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.declare.Choices;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerSpec;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class DocumentsTest {
    @Test
    void eachWordOfTheCrdIsAChoiceOfTheDocument() {
        alike(Choices.PROTOCOL, HashLoadBalancerSpec.Protocol.class);
        alike(Choices.DELIVERY, HashLoadBalancerSpec.Delivery.class);
        alike(Choices.FIELDS, HashLoadBalancerSpec.HashFields.class);
        alike(Choices.TABLE, HashLoadBalancerSpec.TableKind.class);
        alike(Choices.INGRESS, HashLoadBalancerSpec.IngressMode.class);
        alike(Choices.RETURN, HashLoadBalancerSpec.ReturnMode.class);
        alike(Choices.UNDECLARED_PORTS, HashLoadBalancerSpec.UndeclaredPorts.class);
    }

    private static <T extends Enum<T>> void alike(Map<String, T> choices, Class<? extends Enum<?>> words) {
        assertThat(Arrays.stream(words.getEnumConstants())
                        .map(word -> Documents.word(choices, word))
                        .collect(Collectors.toSet()))
                .as(words.getSimpleName())
                .isEqualTo(choices.keySet());
    }
}
