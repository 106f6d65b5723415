import AudioFiles
import DSP
import Platform
import Processors
import Quantities
import RenderPlan
import Renderer
import SessionModel
import Tables

/// Finished masters that outlive a render: what a deliverable's gain is, and the frames that went into its file.
///
/// A master is a fact of its fingerprint: of the stems' contents, all settings on the way, and the program. So a part of
/// a song that was rendered before is cut out of it, and an audition takes the gain of the session as it is written, each
/// without a mix. What is not there is made.
struct MasterMemory {
  private let cache: Cache
  private let jobs: JobPlan
  private let context: ProcessorContext

  /// - Returns: `nil` where nothing is to be remembered, or a stem cannot be read.
  init?(_ deliverer: Deliverer, _ plan: RenderPlan, _ orders: Orders) {
    guard let cache = deliverer.options.cache, let contents = deliverer.contents(plan) else { return nil }
    self.cache = cache
    context = plan.context
    jobs = JobPlan(deliverer, plan, orders, contents)
  }

  /// What is known of a master, without its frames.
  struct Record {
    var gain: Double
    var ceiling: Double?
    var limiting: Double
    var clipping: Double
    var reduction: Double
    /// Of the mix at the session's rate, and of the master at its own.
    var mixFrames: Int
    var frames: Int
    var measurement: Measurement
  }

  /// The gains of all groups of the session as it is written, by their places, and how long it is; `nil` where any is
  /// not known.
  func original(_ orders: Orders) -> (gains: [Int: Double], frames: Int)? {
    var gains: [Int: Double] = [:]
    var frames: Int?
    for (place, group) in orders.groups.enumerated() where orders.mixes[group.mix].isOriginal {
      guard let record = record(key(nil, place)) else { return nil }
      gains[place] = record.gain
      if group.mix == orders.lead { frames = record.mixFrames }
    }
    return frames.map { (gains, $0) }
  }

  func keepGain(of mastered: Mastered, group place: Int, frames: Int, mixFrames: Int) {
    guard record(key(nil, place)) == nil else { return }
    store(Record(mastered, mixFrames: mixFrames, frames: frames), key(nil, place))
  }

  /// The master of a deliverable, as it went into the file.
  /// - Parameter range: what is wanted of the mix, in its frames.
  func master(_ format: EncodingKey?, group place: Int, range: Range<Int>) -> (Record, Mastered)? {
    let key = key(format, place)
    guard let record = record(key), record.mixFrames > 0 else { return nil }
    let ratio = Double(record.frames) / Double(record.mixFrames)
    let margin = 2.0 * Double(context.sampleRate)
    let first = Int(max(0, (Double(range.lowerBound) - margin) * ratio))
    let end = Int(min(Double(record.frames), (Double(range.upperBound) + margin) * ratio))
    guard first < end,
      let scratch = Scratch(keptAs: cache.path("masters", key), frames: record.frames, range: first..<end)
    else { return nil }
    let result = MasterPass.Result(
      measurement: record.measurement, reduction: record.reduction, clipping: record.clipping,
      limiting: record.limiting, trace: [])
    return (record, Mastered(output: scratch, result: result, gain: record.gain, ceiling: record.ceiling))
  }

  func keep(_ mastered: Mastered, _ format: EncodingKey?, group place: Int, frames: Int, mixFrames: Int) {
    let key = key(format, place)
    guard record(key) == nil || Scratch(keptAs: cache.path("masters", key), frames: frames, range: 0..<0) == nil else {
      return
    }
    guard mastered.output.keep(frames, in: cache, as: key) else { return }
    store(Record(mastered, mixFrames: mixFrames, frames: frames), key)
  }

  /// What makes a lossy file's own master: its format, and the ceiling that its decoded peaks stay under.
  struct EncodingKey {
    var format: EncodingFormat
    var ceiling: Double?
  }

  /// Where a master is kept: another build of the program may sound otherwise.
  private func key(_ format: EncodingKey?, _ place: Int) -> String {
    let group = jobs.groups[place]
    var builder = FingerprintBuilder(context)
    builder.add("master", format.map { jobs.own(group, $0) } ?? group)
    builder.add("program", ContentStamp.ofThisProgram)
    return builder.fingerprint.text
  }

  private func record(_ key: String) -> Record? { cache.text("gains", key).flatMap(Record.init) }
  private func store(_ record: Record, _ key: String) { cache.store(record.text, "gains", key) }
}

extension MasterMemory.Record {
  init(_ mastered: Mastered, mixFrames: Int, frames: Int) {
    self.init(
      gain: mastered.gain, ceiling: mastered.ceiling, limiting: mastered.result.limiting,
      clipping: mastered.result.clipping, reduction: mastered.result.reduction, mixFrames: mixFrames, frames: frames,
      measurement: mastered.result.measurement)
  }

  /// Numbers as their bits, in one line, with a hash of it at the end.
  var text: String {
    func bits(_ value: Double?) -> String { value.map { String($0.bitPattern, radix: 16) } ?? "-" }
    let measured = measurement
    let words =
      [bits(gain), bits(ceiling), bits(limiting), bits(clipping), bits(reduction)]
      + [mixFrames, frames, measured.sampleRate, measured.channels, measured.frames, measured.clippedSamples].map(
        String.init)
      + [
        measured.integrated, measured.maxMomentary, measured.maxShortTerm, measured.loudnessRange, measured.truePeak,
        measured.samplePeak, measured.dcOffset, measured.correlation,
      ].map(bits)
    let line = words.joined(separator: " ")
    return "\(line) \(SHA256.text(Array(line.utf8)))"
  }

  /// `nil` for a text that is damaged.
  init?(text: String) {
    var words = text.split(separator: " ").map(String.init)
    guard words.count == 20, let hash = words.popLast(),
      hash == SHA256.text(Array(words.joined(separator: " ").utf8))
    else { return nil }
    func number(_ place: Int) -> Double? { UInt64(words[place], radix: 16).map(Double.init(bitPattern:)) }
    let counts = words[5..<11].compactMap { Int($0) }
    guard counts.count == 6, let gain = number(0), let limiting = number(2), let clipping = number(3),
      let reduction = number(4), let offset = number(17)
    else { return nil }
    let measurement = Measurement(
      sampleRate: counts[2], channels: counts[3], frames: counts[4], integrated: number(11),
      maxMomentary: number(12), maxShortTerm: number(13), loudnessRange: number(14), truePeak: number(15),
      samplePeak: number(16), dcOffset: offset, correlation: number(18), clippedSamples: counts[5])
    self.init(
      gain: gain, ceiling: number(1), limiting: limiting, clipping: clipping, reduction: reduction,
      mixFrames: counts[0], frames: counts[1], measurement: measurement)
  }
}
