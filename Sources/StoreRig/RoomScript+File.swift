import HubStore
import LMDBStore
import PresentationLanguage
import Scenario

/// ```
/// struct { opaque uri<V>; opaque group_info<V>; opaque ratchet_tree<V>; Update updates<V>; } RoomScript;
/// struct { opaque step<V>; opaque provider<V>; opaque body<V>; } Update;
/// ```
extension RoomScript: TLSCodable {
    package init(from reader: inout Reader) throws(DecodingError) {
        let uri = String(decoding: try reader.readOpaque(), as: UTF8.self)
        let creation = RoomCreation(
            room: uri, groupInfo: try reader.readOpaque(), ratchetTree: try reader.readOpaque())
        self.init(uri: uri, creation: creation, updates: try reader.readList(of: Update.self))
    }

    package func write(to writer: inout Writer) {
        writer.write(opaque: Array(uri.utf8))
        writer.write(opaque: creation.groupInfo)
        writer.write(opaque: creation.ratchetTree)
        writer.write(list: updates)
    }

    static func save(_ scripts: [RoomScript], to path: String) throws {
        var writer = Writer()
        writer.write(list: scripts)
        try OutputFile(creating: path).write(writer.bytes)
    }

    static func load(_ path: String) throws -> [RoomScript] {
        let bytes = try InputFile(path).read(1 << 30)
        var reader = try Reader(bytes.span.bytes, limits: DecodingLimits(depth: 4, size: 1 << 30))
        let scripts = try reader.readList(of: RoomScript.self)
        try reader.finish()
        return scripts
    }
}

extension RoomScript.Update: TLSCodable {
    package init(from reader: inout Reader) throws(DecodingError) {
        self.init(
            step: String(decoding: try reader.readOpaque(), as: UTF8.self),
            provider: String(decoding: try reader.readOpaque(), as: UTF8.self),
            body: try reader.readOpaque())
    }

    package func write(to writer: inout Writer) {
        writer.write(opaque: Array(step.utf8))
        writer.write(opaque: Array(provider.utf8))
        writer.write(opaque: body)
    }
}
