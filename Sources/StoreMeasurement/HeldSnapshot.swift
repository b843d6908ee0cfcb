import Glibc
import LMDBStore

/// What no part of this package does: a read transaction that stays open. Everything that is freed
/// meanwhile waits for its end.
package enum HeldSnapshot {
    /// Holds one on a store that another process has open.
    package static func hold(_ path: String, seconds: Double) async throws(StoreError) {
        let environment = try Environment.open(
            at: path, options: EnvironmentOptions(access: .readOnly))
        try environment.read { _ in
            let end = ContinuousClock.now + .seconds(seconds)
            while ContinuousClock.now < end { usleep(10_000) }
        }
        await environment.close()
    }
}
