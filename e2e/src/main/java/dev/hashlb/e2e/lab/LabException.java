package dev.hashlb.e2e.lab;

/** Something of the lab could not be built, run or read. */
public final class LabException extends RuntimeException {
    public LabException(String message) {
        super(message);
    }

    public LabException(String message, Throwable cause) {
        super(message, cause);
    }
}
