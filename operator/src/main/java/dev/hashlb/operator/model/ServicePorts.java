package dev.hashlb.operator.model;

import java.util.Map;

/**
 * How a Service calls its ports, which is how its slices call them.
 *
 * @param byTarget the Service port's name by its {@code targetPort}, for those targetPorts that are names
 */
public record ServicePorts(Map<String, String> byTarget) {
    public ServicePorts {
        byTarget = Map.copyOf(byTarget);
    }
}
