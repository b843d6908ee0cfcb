import HubStore
import LMDBStore
import PresentationLanguage
import Scenario

/// ```
/// struct {
///     opaque room<V>;                          // URI
///     uint32 tree_size;                        // of its tree as it is exchanged, in bytes
///     opaque provider<V>;
///     opaque body<V>;                          // HandshakeBundle
///     SignatureToVerify signatures<V>;
/// } PreparedCommit;
/// ```
struct PreparedCommit: TLSCodable {
    let room: String
    let treeSize: Int
    let provider: String
    let body: [UInt8]
    let signatures: [SignatureToVerify]

    init(room: String, treeSize: Int, _ made: SyntheticRoom.MadeCommit) {
        self.room = room
        self.treeSize = treeSize
        provider = made.provider
        body = made.body
        signatures = made.signatures
    }

    init(from reader: inout Reader) throws(DecodingError) {
        room = String(decoding: try reader.readOpaque(), as: UTF8.self)
        treeSize = Int(try reader.readUInt32())
        provider = String(decoding: try reader.readOpaque(), as: UTF8.self)
        body = try reader.readOpaque()
        signatures = try reader.readList()
    }

    func write(to writer: inout Writer) {
        writer.write(opaque: Array(room.utf8))
        writer.write(UInt32(treeSize))
        writer.write(opaque: Array(provider.utf8))
        writer.write(opaque: body)
        writer.write(list: signatures)
    }
}

extension PreparedCommit {
    /// The next commit of a file, each after its length; nil at the end.
    static func next(of file: InputFile) throws -> PreparedCommit? {
        let size = try file.read(4)
        guard !size.isEmpty else { return nil }
        let bytes = try file.read(Int(UInt32(parsing: size)))
        return try PreparedCommit(parsing: bytes, limits: .unbounded)
    }

    /// Lets a hub take it, which has to.
    func send(to hub: Hub) async throws {
        let answer = try await hub.update(room, from: provider, body)
        if case .refused(let refusal) = answer.outcome {
            throw ScenarioError("a commit is refused: \(refusal)", at: room)
        }
    }
}
