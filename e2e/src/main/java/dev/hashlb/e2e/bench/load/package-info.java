/** What loads the path: clients in the client's namespace and services in the pod's. They know nothing of the candidates. */
@NullMarked
package dev.hashlb.e2e.bench.load;

import org.jspecify.annotations.NullMarked;
