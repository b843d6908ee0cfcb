import PresentationLanguage

/// ```
/// struct {
///     ExtensionType extension_type;
///     opaque extension_data<V>;
/// } Extension;
/// ```
/// RFC 9420 §13.4
package struct Extension: TLSCodable, Hashable, Sendable {
    package let type: ExtensionType
    package let data: [UInt8]

    package init(_ type: ExtensionType, data: [UInt8]) {
        self.type = type
        self.data = data
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        type = try ExtensionType(from: &reader)
        data = try reader.readOpaque()
    }

    package func write(to writer: inout Writer) {
        type.write(to: &writer)
        writer.write(opaque: data)
    }
}

extension [Extension] {
    /// The data of the first extension of a type.
    package func data(of type: ExtensionType) -> [UInt8]? {
        first { $0.type == type }?.data
    }

    /// A type that occurs twice, if one does.
    package var repeatedType: ExtensionType? {
        var seen = Set<ExtensionType>()
        return first { !seen.insert($0.type).inserted }?.type
    }

    /// This list with a ratchet_tree extension left in its place, but without its data, which a real
    /// one always has.
    package var withoutTree: [Extension] {
        map { $0.type == .ratchetTree ? Extension(.ratchetTree, data: []) : $0 }
    }

    /// This list with the data of a type replaced in place, or appended where there is none.
    package func setting(_ type: ExtensionType, to data: [UInt8]) -> [Extension] {
        var list = self
        if let place = firstIndex(where: { $0.type == type }) {
            list[place] = Extension(type, data: data)
        } else {
            list.append(Extension(type, data: data))
        }
        return list
    }
}
