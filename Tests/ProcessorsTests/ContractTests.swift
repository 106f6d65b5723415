import DSP
import Processors
import Quantities
import Tables
import Testing

/// A processor of the catalog, as an argument of a test.
struct Entry: Sendable, CustomTestStringConvertible {
  let declaration: ProcessorDeclaration
  var testDescription: String { declaration.type }
  static let all = standardCatalog.map { Entry(declaration: $0) }
}

/// What every processor of the catalog promises, tried with settings made from its table.
@Suite("Contract", .enabled(if: isOptimised))
struct ContractTests {
  /// A burst, a pause, a burst: levels change, states decay.
  static let signal: [Frame] = noise(1500) + silence(600) + noise(1000, peak: 0.05, seed: 2)

  @Test("equal bits for any length of blocks, in every channel mode and mix", arguments: Entry.all)
  func blocks(_ entry: Entry) throws {
    for words in Variations(entry.declaration).typical {
      for channels in ChannelMode.allCases {
        for mix in ["100 %", "37 %", "0 %"] {
          let insert = try insert(
            entry.declaration.type, words.with("channels", .text(channels.rawValue)).with("mix", .text(mix)))
          let whole = try output(insert, Self.signal)
          // Every length for stereo; elsewhere two, as the channel modes share all but a few lines.
          for block in channels == .stereo && mix == "100 %" ? [1, 7, 64, 512, 1024] : [7, 512] {
            let blocks = try output(insert, Self.signal, block: block)
            #expect(blocks.hasSameBits(as: whole), "blocks of \(block), \(channels), \(mix): \(words.text)")
          }
        }
      }
    }
  }

  @Test("equal bits for any length of blocks, at every end of every parameter", arguments: Entry.all)
  func blocksAtExtremes(_ entry: Entry) throws {
    for words in Variations(entry.declaration).extremes {
      let insert = try insert(entry.declaration.type, words)
      #expect(
        try output(insert, Self.signal, block: 100).hasSameBits(as: output(insert, Self.signal)),
        "\(words.text)")
    }
  }

  @Test("two of a kind give the same", arguments: Entry.all)
  func repeats(_ entry: Entry) throws {
    let insert = try insert(entry.declaration.type)
    #expect(try output(insert, Self.signal).hasSameBits(as: output(insert, Self.signal)))
  }

  @Test("nothing but numbers, and no numbers that make a processor slow", arguments: Entry.all)
  func numbers(_ entry: Entry) throws {
    for words in Variations(entry.declaration).extremes {
      let insert = try insert(entry.declaration.type, words)
      for peak in [1e-300, 1e-12, 1, 1e6] {
        let sound = try output(insert, noise(1500, peak: peak) + silence(4 * flushInterval), block: 512)
        #expect(sound.allFinite, "\(peak): \(words.text)")
        if peak == 1 {
          // A state that dies away in a few samples may pass through them on its way; it must not stay there.
          #expect(Array(sound.suffix(flushInterval)).denormalCount == 0, "\(words.text)")
          #expect(sound.denormalCount < 300, "\(sound.denormalCount): \(words.text)")
        }
      }
      let click = try output(insert, [Frame(1, -1)] + silence(3000))
      #expect(click.allFinite, "a click: \(words.text)")
    }
  }

  @Test("silence is silence", arguments: Entry.all)
  func silent(_ entry: Entry) throws {
    for words in Variations(entry.declaration).typical {
      for channels in ChannelMode.allCases {
        let insert = try insert(entry.declaration.type, words.with("channels", .text(channels.rawValue)))
        #expect(try output(insert, silence(3000)).peak == 0, "\(channels): \(words.text)")
      }
    }
  }

  /// The longest tail that is run, in seconds: what is longer is declared longer, and `tail: auto` ends at 30 s.
  static let longestTail = 40.0

  @Test("after the declared tail the output is below −140 dB of the input", arguments: Entry.all)
  func tail(_ entry: Entry) throws {
    for words in Variations(entry.declaration).extremes + [Variations(entry.declaration).typical[1]] {
      let insert = try insert(entry.declaration.type, words)
      let seconds = insert.tailSeconds(context)
      #expect(seconds >= 0 && seconds.isFinite, "\(words.text)")
      guard seconds < Self.longestTail else { continue }
      let input = noise(9600)
      let rest = Int((seconds * context.sampleRate).rounded(.up)) + insert.latencyFrames(context)
      let sound = try output(insert, input + silence(rest + 2048), block: 8192)
      let left = Array(sound.suffix(2048)).peak
      #expect(
        decibels(left) - decibels(input.peak) < -140,
        "after \(seconds) s \(decibels(left)) dB are left: \(words.text)")
    }
  }

  @Test("the declared latency is the measured one", arguments: Entry.all)
  func latency(_ entry: Entry) throws {
    for words in Variations(entry.declaration).extremes {
      let insert = try insert(entry.declaration.type, words)
      let declared = insert.latencyFrames(context)
      #expect(declared >= 0)
      // So quiet that nothing is turned down.
      let click = Frame(1e-4, 1e-4)
      let sound = try output(insert, [click] + silence(declared + 512))
      let first = sound.firstIndex { $0 != .zero }
      if let first { #expect(first >= declared, "sound \(declared - first) frames early: \(words.text)") }
      // With the dry signal aside, so that both lie on one frame.
      let half = try output(try self.half(entry, words), [click] + silence(declared + 512))
      let dry = half.firstIndex { abs($0.x) >= 0.4e-4 }
      #expect(dry == declared, "\(words.text)")
      guard declared > 0 else { continue }
      let peak = sound.indices.max { abs(sound[$0].x) < abs(sound[$1].x) }
      #expect(peak == declared, "\(words.text)")
      #expect(first == declared, "\(words.text)")
    }
  }

  private func half(_ entry: Entry, _ words: Words) throws -> Insert {
    // 1 %: the dry signal stands out, whatever the processor makes of a click.
    try insert(entry.declaration.type, words.with("mix", "1 %"))
  }

  @Test("a mix of 0 % is the input, late by the latency, to the bit", arguments: Entry.all)
  func dry(_ entry: Entry) throws {
    for words in Variations(entry.declaration).typical {
      let insert = try insert(entry.declaration.type, words.with("mix", "0 %"))
      let latency = insert.latencyFrames(context)
      let sound = try output(insert, Self.signal + silence(latency), block: 512)
      // A crossover's dry signal keeps its level, not its samples.
      if insert.turnsDryPhase(context) { continue }
      #expect(Array(sound.prefix(latency)).peak == 0)
      #expect(Array(sound.dropFirst(latency)) == Self.signal, "\(words.text)")
    }
  }

  @Test("mix is the sum of its parts", arguments: Entry.all)
  func mix(_ entry: Entry) throws {
    for words in Variations(entry.declaration).typical {
      func sound(_ mix: Words) throws -> [Frame] {
        try output(insert(entry.declaration.type, words.with("mix", mix)), Self.signal, block: 512)
      }
      let (wet, dry, mixed) = (try sound("100 %"), try sound("0 %"), try sound("37 %"))
      let residual = mixed.indices.reduce(0.0) { worst, index in
        let rest = mixed[index] - (wet[index] * 0.37 + dry[index] * 0.63)
        return max(worst, abs(rest.x), abs(rest.y))
      }
      #expect(decibels(residual / max(1, wet.peak)) < -250, "\(words.text)")
    }
  }

  @Test("mono stays mono, unless the processor is stereo by nature", arguments: Entry.all)
  func mono(_ entry: Entry) throws {
    let input = Self.signal.map { Frame($0.x, $0.x) }
    for words in Variations(entry.declaration).extremes {
      let insert = try insert(entry.declaration.type, words)
      guard !insert.isStereoByNature else { continue }
      #expect(try output(insert, input, block: 512).allSatisfy { $0.x == $0.y }, "\(words.text)")
    }
    for channels in ChannelMode.allCases where channels != .stereo {
      #expect(try insert(entry.declaration.type, ["channels": .text(channels.rawValue)]).isStereoByNature)
    }
  }

  @Test("a channel mode leaves the rest as it is", arguments: Entry.all)
  func channelModes(_ entry: Entry) throws {
    for words in Variations(entry.declaration).typical {
      for channels in ChannelMode.allCases where channels != .stereo {
        let insert = try insert(entry.declaration.type, words.with("channels", .text(channels.rawValue)))
        let latency = insert.latencyFrames(context)
        let sound = try output(insert, Self.signal, block: 512)
        let input = silence(latency) + Self.signal
        func part(_ frame: Frame) -> Double {
          switch channels {
          case .left: frame.y
          case .right: frame.x
          case .mid: (frame.x - frame.y) / 2
          case .side, .stereo: (frame.x + frame.y) / 2
          }
        }
        let scale = max(1, sound.peak)
        let worst = sound.indices.reduce(0.0) { max($0, abs(part(sound[$1]) - part(input[$1]))) }
        #expect(decibels(worst / scale) < -280, "\(channels): \(words.text)")
      }
    }
  }

  @Test("a bypassed insert is not there", arguments: Entry.all)
  func bypass(_ entry: Entry) throws {
    for words in Variations(entry.declaration).extremes {
      let insert = try insert(entry.declaration.type, words.with("bypass", "true"))
      #expect(insert.makeProcessing(context, blockFrames: 64) == nil)
      #expect(
        insert.latencyFrames(context) == 0 && insert.tailSeconds(context) == 0 && !insert.isStereoByNature)
    }
  }
}
