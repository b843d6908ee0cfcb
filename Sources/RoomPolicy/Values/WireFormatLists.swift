import MLSMessages
import PresentationLanguage

/// `WireFormats wire_formats<V>` as one list, or as a list of lists with the switch of H-16 (d), of
/// which a list of one each is written.
extension Reader {
    mutating func readWireFormats(
        _ profile: WireProfile
    ) throws(DecodingError) -> [WireFormat] {
        guard profile.nestsWireFormats else { return try readList() }
        return try readVector { (reader) throws(DecodingError) in
            var list: [WireFormat] = []
            while reader.remaining > 0 { list += try reader.readList(of: WireFormat.self) }
            return list
        }
    }
}

extension Writer {
    mutating func write(wireFormats list: [WireFormat], _ profile: WireProfile) {
        guard profile.nestsWireFormats else { return write(list: list) }
        writeVector { writer in
            if !list.isEmpty { writer.write(list: list) }
        }
    }
}
