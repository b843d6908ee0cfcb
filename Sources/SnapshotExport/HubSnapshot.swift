import EventLog
import FoundationEssentials
import RoomLog

/// The rooms of a store at one time, as JSON; the schema is `Schemas/export.schema.json`.
package struct HubSnapshot: Encodable, Sendable {
    package static let format = "mimi-hub-store-export/1"

    package let format = Self.format
    /// The name of the log.
    package let origin: String
    /// How many records the log had; the latest one counted is this minus one.
    package let records: UInt64
    package let rooms: [RoomSnapshot]

    package init(origin: String, records: UInt64, rooms: [RoomSnapshot]) {
        self.origin = origin
        self.records = records
        self.rooms = rooms
    }

    /// The encoding: keys in alphabetical order, so that equal states are equal texts.
    package func json() throws -> Data {
        try Self.encoder(pretty: true).encode(self)
    }

    /// JSON as all of this project's output is written.
    package static func encoder(pretty: Bool = false) -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
        return encoder
    }
}
