import EndpointMessages
import EventLog
import LMDBStore
import PresentationLanguage

extension HubConfiguration {
    /// How long a hub keeps what is no history. It forgets when ``Hub/prune()`` is called.
    public struct Retention: Hashable, Sendable {
        /// Milliseconds in which a repeated request gets the answer that it got before (G-16). Later it is
        /// judged anew.
        public var answers: UInt64 = 7 * 86_400_000
        /// Milliseconds for which something waits for a provider that does not acknowledge it. Its clients
        /// must then join anew.
        public var deliveries: UInt64 = 30 * 86_400_000
    }
}

extension Hub {
    /// What was forgotten.
    public struct Pruned: Hashable, Sendable {
        /// Answers to updates and to messages.
        public var answers = 0
        /// Items of providers' queues.
        public var deliveries = 0
        /// Routes of key packages that nobody can use any more.
        public var keyPackageRoutes = 0
        /// Join codes that ended, and what was given for codes that are gone.
        public var joinCodes = 0

        public init() {}
    }

    /// Forgets what is older than the configuration's retention, and what has ended. Call it now and
    /// then, every hour for example; it lets others write in between.
    public func prune() async throws(HubError) -> Pruned {
        let now = configuration.clock()
        let retention = configuration.retention
        let oldest = now - min(now, retention.answers)
        let oldestDelivery = now - min(now, retention.deliveries)
        let log = rooms.log
        var pruned = Pruned()
        do {
            pruned.answers = try await log.pruneAnswers(before: oldest)
            pruned.answers += try await log.prune(.messageAnswer) { _, value in
                guard
                    case .accepted(let time, _)? = try? SubmitMessageResponse(parsing: value)
                else { return true }
                return time < oldest
            }
            pruned.deliveries = try await log.pruneQueues { item in
                DeliveryRow.time(of: item).map { $0 < oldestDelivery } ?? false
            }
            pruned.keyPackageRoutes = try await log.prune(.keyPackageRoute) { _, value in
                guard let route = try? KeyPackageRoute(parsing: value) else { return false }
                return route.notAfter < now / 1000
            }
            pruned.joinCodes = try await log.prune(.joinCode) { _, value in
                guard let code = try? JoinCodeRow(parsing: value) else { return false }
                return code.expires.map { $0 <= now } ?? false || code.uses == 0
            }
            pruned.joinCodes += try await log.prune(.joinGrant) { _, codeKey in
                (try? log.row(codeKey, on: .joinCode)) == .some(nil)
            }
        } catch {
            throw HubError(error)
        }
        return pruned
    }
}

extension DeliveryRow {
    /// When what an item brings was accepted, in milliseconds since the Unix epoch.
    fileprivate static func time(of item: [UInt8]) -> UInt64? {
        guard let row = try? DeliveryRow(parsing: item, limits: Self.limits) else { return nil }
        return try? UInt64(parsing: Array(row.message.prefix(8)))
    }
}
