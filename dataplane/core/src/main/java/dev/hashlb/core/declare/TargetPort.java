package dev.hashlb.core.declare;

/** A server's port, written as a number or as the name that a pod gives to its port. */
public sealed interface TargetPort {
    record Numbered(long port) implements TargetPort {
        @Override
        public String toString() {
            return Long.toString(port);
        }
    }

    record Named(String name) implements TargetPort {
        @Override
        public String toString() {
            return "'" + name + "'";
        }
    }
}
