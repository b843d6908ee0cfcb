import EventLog
import FoundationEssentials
import LMDBStore
import PresentationLanguage
import Synchronization
import TransparencyLog

/// How far an audit came, in a file, so that one that was interrupted goes on there: the evidence that was
/// decided is not decided again. Hashes and states are cheap, and are looked at anew.
///
/// The file is JSON, for this program alone; one of another log or of other options is not used.
package final class AuditJournal: Sendable {
    private struct State: Codable {
        var format = 1
        let uuid: String
        let room: String?
        let from: UInt64
        /// By the number of the room: the first record that is not decided.
        var next: [String: UInt64] = [:]
        /// What was found in evidence.
        var findings: [AuditFinding] = []
    }

    private struct Held {
        var state: State
        var written = ContinuousClock.now
    }

    private let path: String
    private let held: Mutex<Held>
    private static let interval = Duration.seconds(1)
    private static let sizeLimit = 64 << 20

    /// Reads the file at the path, if one is there and fits.
    package init(at path: String, of log: EventLog, _ options: AuditOptions) throws(StoreError) {
        self.path = path
        let new = State(
            uuid: hex(log.meta.uuid), room: options.room.map { hex($0) }, from: options.from)
        var state = new
        do throws(StoreError) {
            let bytes = try FileSystem.contents(of: path, limit: Self.sizeLimit)
            if let old = try? JSONDecoder().decode(State.self, from: Data(bytes)),
                old.format == new.format, old.uuid == new.uuid, old.room == new.room,
                old.from == new.from
            {
                state = old
            }
        } catch {
            guard case .notFound = error.reason else { throw error }
        }
        held = Mutex(Held(state: state))
    }

    /// What was found before.
    var findings: [AuditFinding] { held.withLock { $0.state.findings } }

    /// The first record of a room that is not decided.
    func next(in room: UInt64) -> UInt64 { held.withLock { $0.state.next["\(room)"] ?? 0 } }

    /// A room's records before this one are decided, and this was found.
    func note(_ room: UInt64, next: UInt64, _ findings: [AuditFinding]) {
        held.withLock { held in
            held.state.next["\(room)"] = next
            held.state.findings += findings
            guard ContinuousClock.now - held.written > Self.interval else { return }
            Self.write(held.state, to: path)
            held.written = .now
        }
    }

    /// Writes what is not in the file yet.
    func finish() {
        held.withLock { Self.write($0.state, to: path) }
    }

    /// An audit does not fail for its journal.
    private static func write(_ state: State, to path: String) {
        guard let data = try? JSONEncoder().encode(state) else { return }
        try? FileSystem.replace(path, with: Array(data))
    }
}
