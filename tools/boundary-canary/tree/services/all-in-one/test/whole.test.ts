import { startAuth } from '@hearth/auth'
import { testkit } from '@hearth/testkit'
import { parts } from '../src/main.ts'

export const tested = [startAuth, testkit, parts]
