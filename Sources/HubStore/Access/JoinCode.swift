import EndpointMessages
import EventLog
import LMDBStore
import MLSCrypto
import MLSMessages
import PresentationLanguage
import RoomLog
import RoomState

/// A code that lets its holders join a room (room-policy §8.1.1, F-17).
public struct JoinCode: Hashable, Sendable {
    /// The code itself, as a joiner gives it.
    public var code: [UInt8]
    /// The role that a joiner gets.
    public var role: UInt32
    /// How many may still join with it; nil for any number.
    public var uses: UInt32?
    /// Milliseconds since the Unix epoch from which on it does not count; nil for never.
    public var expires: UInt64?

    /// A code for a role; for any number of joiners and without end, unless it is said otherwise.
    public init(_ code: [UInt8], role: UInt32, uses: UInt32? = nil, expires: UInt64? = nil) {
        self.code = code
        self.role = role
        self.uses = uses
        self.expires = expires
    }
}

/// ```
/// struct {
///     uint8 format = 1;
///     uint32 role;
///     optional<uint32> uses;
///     optional<uint64> expires_ms;
/// } JoinCodeRow;
/// ```
/// The key is room number ‖ SHA-256(code).
struct JoinCodeRow: TLSCodable, Hashable, Sendable {
    private static let format: UInt8 = 1

    let role: UInt32
    var uses: UInt32?
    let expires: UInt64?

    init(_ code: JoinCode) {
        role = code.role
        uses = code.uses
        expires = code.expires
    }

    init(from reader: inout Reader) throws(DecodingError) {
        try reader.readFormat(Self.format)
        role = try reader.readUInt32()
        uses = try reader.readOptional()
        expires = try reader.readOptional()
    }

    func write(to writer: inout Writer) {
        writer.write(Self.format)
        writer.write(role)
        writer.write(optional: uses)
        writer.write(optional: expires)
    }

    func isValid(at time: UInt64) -> Bool {
        uses != 0 && time < expires ?? .max
    }
}

/// That a client was given a room's GroupInfo for a code. The key is room number ‖ SHA-256(signature key
/// ‖ credential), the value the key of the code.
struct JoinGrant: Sendable {
    let key: [UInt8]
    let codeKey: [UInt8]
    let code: JoinCodeRow

    /// The client has joined.
    func consume(in rows: inout SideRows) {
        rows.remove(key, from: .joinGrant)
        guard let uses = code.uses else { return }
        var left = code
        left.uses = uses - 1
        rows.put(left.encoded, for: codeKey, on: .joinCode)
    }
}

extension RoomLane {
    func add(_ code: JoinCode) async throws(HubError) {
        try await inTurn { (lane) throws(RoomLogError) in
            var rows = SideRows()
            rows.put(JoinCodeRow(code).encoded, for: lane.key(of: code.code), on: .joinCode)
            try await lane.write(rows)
        }
    }

    private func key(of code: [UInt8]) -> [UInt8] { roomKey + SHA256.hash(code).bytes }

    func grantKey(_ signatureKey: [UInt8], _ credential: Credential) -> [UInt8] {
        var input = Writer()
        input.write(opaque: signatureKey)
        credential.write(to: &input)
        return roomKey + SHA256.hash(input.bytes).bytes
    }

    /// A code of the room that counts now, with its key.
    func valid(
        code: [UInt8]
    ) throws(RoomLogError) -> (key: [UInt8], row: JoinCodeRow)? {
        try valid(codeOf: key(of: code))
    }

    private func valid(
        codeOf key: [UInt8]
    ) throws(RoomLogError) -> (key: [UInt8], row: JoinCodeRow)? {
        guard let value = try row(key, on: .joinCode),
            let code = try? JoinCodeRow(parsing: value), code.isValid(at: nextTime)
        else { return nil }
        return (key, code)
    }

    /// What a joiner was given, if the code still counts.
    func joinGrant(for bundle: HandshakeBundle?) throws(RoomLogError) -> JoinGrant? {
        guard case .publicMessage(let message)? = bundle?.message,
            message.content.sender == .newMemberCommit,
            case .commit(let commit) = message.content.body, let leaf = commit.path?.leafNode
        else { return nil }
        let key = grantKey(leaf.signatureKey, leaf.credential)
        guard let codeKey = try row(key, on: .joinGrant), let code = try valid(codeOf: codeKey)
        else { return nil }
        return JoinGrant(key: key, codeKey: codeKey, code: code.row)
    }
}

extension Hub {
    /// Adds a code to a room, or replaces one that is equal; throws where there is no such room.
    public func add(_ code: JoinCode, to room: String) async throws(HubError) {
        guard let lane = try lane(of: room) else { throw .noSuchRoom(room) }
        try await lane.add(code)
    }
}
