package dev.hashlb.operator.model;

/**
 * Why a declaration cannot be accepted.
 *
 * @param reason one of the constants: the condition's and the event's
 * @param message the field, its value, what was expected and what to do
 */
public record Complaint(String reason, String message) {
    /** The declaration itself has a mistake. */
    public static final String INVALID = "Invalid";
    /** It changes what cannot be changed. */
    public static final String IMMUTABLE = "Immutable";
    /** The installation does not allow the address to this namespace. */
    public static final String ADDRESS_NOT_ALLOWED = "AddressNotAllowed";
    /** The address is somebody else's. */
    public static final String ADDRESS_FORBIDDEN = "AddressForbidden";
    /** An older balancer has the address and port. */
    public static final String CONFLICT = "Conflict";
}
