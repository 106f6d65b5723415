import CVorbis

/// Decodes Vorbis packets through libvorbis.
@safe
final class VorbisDecoder: OggDecoder {
  private let info: UnsafeMutablePointer<vorbis_info>
  private let state: UnsafeMutablePointer<vorbis_dsp_state>
  private let block: UnsafeMutablePointer<vorbis_block>
  private let order: [Int]
  private var packetCount = 0
  /// The size of the block before; nil at the beginning.
  private var blockBefore: Int?

  /// - Parameter headers: the identification and the codebooks.
  init?(_ headers: [[UInt8]]) {
    let info = UnsafeMutablePointer<vorbis_info>.allocate(capacity: 1)
    unsafe self.info = unsafe info
    unsafe state = .allocate(capacity: 1)
    unsafe block = .allocate(capacity: 1)
    unsafe info.initialize(to: vorbis_info())
    unsafe state.initialize(to: vorbis_dsp_state())
    unsafe block.initialize(to: vorbis_block())
    unsafe vorbis_info_init(info)
    var comments = unsafe vorbis_comment()
    unsafe vorbis_comment_init(&comments)
    // Comments are of no use here, but the library wants some: without a vendor, none, and the last bit.
    let noComments = [3] + Array("vorbis".utf8) + [0, 0, 0, 0, 0, 0, 0, 0, 1]
    var isAccepted = headers.count == 2
    for (number, header) in [headers.first ?? [], noComments, headers.last ?? []].enumerated() where isAccepted {
      isAccepted = unsafe withPacket(header, number: number) { packet in
        unsafe vorbis_synthesis_headerin(info, &comments, packet) == 0
      }
    }
    unsafe vorbis_comment_clear(&comments)
    order = channelOrder(unsafe Int(info.pointee.channels))
    guard isAccepted, unsafe vorbis_synthesis_init(state, info) == 0 else { return nil }
    unsafe vorbis_block_init(state, block)
  }

  deinit {
    // Each clears what has not begun, too.
    unsafe vorbis_block_clear(block)
    unsafe vorbis_dsp_clear(state)
    unsafe vorbis_info_clear(info)
    unsafe block.deallocate()
    unsafe state.deallocate()
    unsafe info.deallocate()
  }

  /// Half of this block and half of the one before overlap (Vorbis I §1.3.2).
  func count(_ packet: [UInt8]) -> Int? {
    let size = unsafe withPacket(packet, number: 3) { unsafe Int(vorbis_packet_blocksize(info, $0)) }
    guard size > 0 else { return nil }
    defer { blockBefore = size }
    return blockBefore.map { ($0 + size) / 4 } ?? 0
  }

  func decode(_ packet: [UInt8], into samples: inout [Double]) -> Bool {
    packetCount += 1
    let isDecoded = unsafe withPacket(packet, number: packetCount + 2) { packet in
      unsafe vorbis_synthesis(block, packet) == 0 && vorbis_synthesis_blockin(state, block) == 0
    }
    guard isDecoded else { return false }
    var lanes: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>?
    while true {
      let count = unsafe Int(vorbis_synthesis_pcmout(state, &lanes))
      guard count > 0, let lanes = unsafe lanes else { return true }
      let start = samples.count
      samples.append(contentsOf: repeatElement(0, count: count * order.count))
      unsafe samples.withUnsafeMutableBufferPointer { buffer in
        for (place, channel) in order.enumerated() {
          guard let lane = unsafe lanes[channel] else { continue }
          var index = start + place
          for frame in 0..<count {
            unsafe buffer[index] = unsafe Double(lane[frame])
            index += order.count
          }
        }
      }
      unsafe vorbis_synthesis_read(state, Int32(count))
    }
  }
}

/// Lends `bytes` as a packet of libogg. No place goes with it, so that the library cuts nothing by itself.
private func withPacket<Value>(
  _ bytes: [UInt8], number: Int, _ body: (UnsafeMutablePointer<ogg_packet>) -> Value
) -> Value {
  var bytes = bytes
  return unsafe bytes.withUnsafeMutableBufferPointer { buffer in
    var packet = unsafe ogg_packet(
      packet: buffer.baseAddress, bytes: buffer.count, b_o_s: number == 0 ? 1 : 0, e_o_s: 0, granulepos: -1,
      packetno: Int64(number))
    return unsafe body(&packet)
  }
}
