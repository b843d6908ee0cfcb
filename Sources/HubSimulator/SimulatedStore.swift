import EventLog
import HubStore
import MLSCrypto
import MLSMember
import MLSMessages
import RoomState
import RuleBook
import Scenario
import Synchronization

/// A hub on a store, both of which fail now and then.
final class SimulatedStore {
    static let domain = "hub.example"
    static let suite = CipherSuite.x25519Aes128

    /// How much of the store may still be used.
    enum Space {
        case plenty
        /// Only what takes someone out has a place.
        case reserve
        case none
    }

    let path: String
    let clock = StageClock(1_767_225_600_000)
    private(set) var hub: Hub
    private(set) var space = Space.plenty
    private let configuration: HubConfiguration
    private let fault: FaultBox
    let key: HubKey

    init(at path: String, seed: UInt64, _ enforcement: Enforcement) throws {
        self.path = path
        let random = SeededRandom(seed: seed, name: "the hub")
        let fault = FaultBox()
        self.fault = fault
        let privateKey = try random.bytes(32)
        key = try HubKey(Self.suite.signature, privateKey: privateKey)
        let signing = try HubSigningKey(
            cipherSuite: Self.suite.rawValue, privateKey: privateKey)
        let clock = self.clock
        var configuration = HubConfiguration(domain: Self.domain, signingKeys: [signing]) {
            clock.now
        }
        configuration.enforcement = enforcement
        configuration.random = { count in
            do {
                return try random.bytes(count)
            } catch {
                preconditionFailure("a seed that gives nothing: \(error)")
            }
        }
        configuration.fault = { fault.take() }
        self.configuration = configuration
        hub = try Hub.open(at: path, configuration)
    }

    var log: EventLog { hub.log.log }

    /// Leaves the store as it is.
    func abandon() { log.abandon() }

    /// The next record is not appended as it should be.
    func arm(_ next: AppendFault?) { fault.arm(next) }

    /// Opens the store again after the hub stopped: in order, or at once and with what it had in memory
    /// only.
    func restart(crashing: Bool, _ space: Space = .plenty, between: () throws -> Void = {})
        async throws
    {
        if crashing { log.abandon() } else { await hub.close() }
        try between()
        self.space = space
        var configuration = configuration
        switch space {
        case .plenty: break
        case .reserve:
            configuration.limits.storeSize = 1 << 40
            configuration.limits.storeReserve = 1 << 40
        case .none: configuration.limits.storeSize = 0
        }
        hub = try Hub.open(at: path, configuration)
    }
}

/// What the next append comes to.
private final class FaultBox: Sendable {
    private let next = Mutex<AppendFault?>(nil)

    func arm(_ fault: AppendFault?) { next.withLock { $0 = fault } }

    func take() -> AppendFault? {
        next.withLock { next in
            defer { next = nil }
            return next
        }
    }
}
