import FoundationEssentials
import LMDBStore

/// What is done to a store between two openings, to show that the simulator notices.
package enum Sabotage: String, CaseIterable, Sendable {
    /// The store as it was at an earlier restart is put back.
    case putBack = "put_back"
    /// One bit of the last record's payload is another.
    case alteredPayload = "altered_payload"
    /// The payloads of the last two records are exchanged.
    case exchangedPayloads = "exchanged_payloads"
    /// The last record's envelope is gone.
    case lostEnvelope = "lost_envelope"
    /// The hub does not know any more what it answered.
    case lostAnswers = "lost_answers"
    /// A user takes part in no room any more.
    case lostParticipation = "lost_participation"
    /// The second half of ``putBack``.
    case putBackNow

    package static var allCases: [Sabotage] {
        [
            .putBack, .alteredPayload, .exchangedPayloads, .lostEnvelope, .lostAnswers,
            .lostParticipation,
        ]
    }

    /// What is done at the next restart.
    var next: Sabotage? { self == .putBack ? .putBackNow : nil }

    func perform(at path: String) throws {
        let data = "\(path)/\(Environment.dataFile)"
        let copy = "\(path).copy"
        switch self {
        case .putBack: try FileManager.default.copyItem(atPath: data, toPath: copy)
        case .putBackNow:
            try FileManager.default.removeItem(atPath: data)
            try FileManager.default.moveItem(atPath: copy, toPath: data)
        default: try edit(path)
        }
    }

    private var table: String {
        switch self {
        case .lostEnvelope: "log"
        case .lostAnswers: "idem"
        case .lostParticipation: "p.participation.odd"
        default: "payload"
        }
    }

    private func edit(_ path: String) throws {
        let environment = try Environment.open(
            at: path, options: EnvironmentOptions(access: .readWrite))
        defer { environment.abandon() }
        let table = try environment.table(table)
        let sabotage = self
        try environment.prepare { (transaction) throws(StoreError) in
            var rows: [(key: [UInt8], value: [UInt8])] = []
            try transaction.scan(table) { (key, value) throws(StoreError) in
                rows.append(
                    (key.withUnsafeBytes { Array($0) }, value.withUnsafeBytes { Array($0) }))
                return true
            }
            guard let last = rows.last, rows.count > 1 else { return }
            let before = rows[rows.count - 2]
            switch sabotage {
            case .alteredPayload:
                var value = last.value
                value[value.count - 1] ^= 1
                try transaction.put(value, for: last.key, in: table)
            case .exchangedPayloads:
                try transaction.put(last.value, for: before.key, in: table)
                try transaction.put(before.value, for: last.key, in: table)
            case .lostAnswers: try transaction.clear(table)
            default: try transaction.delete(last.key, in: table)
            }
        }
    }
}
