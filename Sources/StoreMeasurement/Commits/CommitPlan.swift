import HubStore
import LMDBStore
import MLSMember
import MLSMessages
import PresentationLanguage
import Scenario

/// What `hubstore bench commit` measures: rooms of a size, and commits of nothing but new paths in them, in
/// turn, each by a member that the seed picks.
package struct CommitPlan: Hashable, Sendable, Encodable {
    package var members: Int
    package var users: Int
    package var shape: String
    package var rooms: Int
    /// Commits of all rooms together, after one of each room that is not counted.
    package var commits: Int
    package var isPartial: Bool
    package var seed: UInt64

    package static let shapes = SyntheticRoom.Shape.allCases.map(\.rawValue)

    package init(
        members: Int, users: Int, shape: String, rooms: Int, commits: Int, isPartial: Bool,
        seed: UInt64
    ) {
        self.members = members
        self.users = users
        self.shape = shape
        self.rooms = rooms
        self.commits = commits
        self.isPartial = isPartial
        self.seed = seed
    }

    /// The hub is that of a generated store.
    private var generator: StoreGenerator { StoreGenerator(records: 1, rooms: 1, seed: seed) }

    /// The hub that the rooms were founded on.
    func open(at directory: String) throws -> Hub {
        var configuration = try generator.configuration()
        // A path over a tree without parents encrypts to every member.
        configuration.limits.requestSize = 256 << 20
        return try Hub.open(at: directory + "/store", configuration)
    }

    /// Founds the rooms and writes down the commits, in a directory that is there.
    package func prepare(in directory: String) async throws {
        let sender = try generator.sender()
        let hub = try open(at: directory)
        let file = try OutputFile(creating: Self.file(in: directory))
        let dice = SeededRandom(seed: seed, name: "committers")
        do {
            for number in 0..<rooms {
                try await prepare(room: number, hub, sender, file, dice)
            }
        } catch {
            await hub.close()
            throw error
        }
        await hub.close()
    }

    static func file(in directory: String) -> String { directory + "/commits" }

    private func prepare(
        room number: Int, _ hub: Hub, _ sender: ExternalSender, _ file: OutputFile,
        _ dice: SeededRandom
    ) async throws {
        guard let shape = SyntheticRoom.Shape(rawValue: shape) else {
            preconditionFailure("no shape: \(shape)")
        }
        var room = try SyntheticRoom(
            number, members: members, users: users, shape: shape, seed: seed, hub: sender)
        if case .refused(let refusal) = try await hub.create(room.creation) {
            throw ScenarioError("the hub refuses to found it: \(refusal)", at: "\(room.uri)")
        }
        let count = 1 + commits / rooms + (number < commits % rooms ? 1 : 0)
        for _ in 0..<count {
            let pick = try UInt64(parsing: dice.bytes(8))
            let made = try room.commit(
                by: Int(pick % UInt64(members)), partial: isPartial)
            let prepared = PreparedCommit(
                room: room.uri.description, treeSize: room.treeSize, made
            ).encoded
            try file.write(UInt32(prepared.count).encoded + prepared)
        }
    }
}
