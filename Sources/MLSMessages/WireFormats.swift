import PresentationLanguage

/// `WireFormat wire_formats<V>;`
///
/// mls-extensions §7.1: the data of the extensions `supported_wire_formats` and
/// `required_wire_formats`.
package struct WireFormats: TLSCodable, Hashable, Sendable {
    package let formats: [WireFormat]

    package init(_ formats: [WireFormat]) {
        self.formats = formats
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        formats = try reader.readList()
    }

    package func write(to writer: inout Writer) {
        writer.write(list: formats)
    }
}
