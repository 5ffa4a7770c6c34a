package dev.hashlb.operator.push;

import java.util.concurrent.CompletionStage;

/** Finds out whose token a call carries. Safe for any thread; must not block the caller. */
public interface TokenCheck {
    /**
     * Checks a bearer token.
     *
     * @param token hostile: any text of up to 16 KiB
     * @return never fails: a check that could not be done is {@link TokenVerdict.Unknown}
     */
    CompletionStage<TokenVerdict> check(String token);
}
